import { ownValue } from "../../../kernel/own-value.ts";
import {
  incompatiblePolicies,
  invalidPolicyAttribute,
  invalidPolicyType,
  tooManyPolicies,
  validation,
} from "../errors.ts";
import { POLICIES_PER_PARAMETER } from "../quotas.ts";

/*
 * Policies of advanced parameters. Source: Systems Manager user guide, "Assigning parameter
 * policies in Parameter Store".
 */

export type PolicyType = "Expiration" | "ExpirationNotification" | "NoChangeNotification";

export interface StoredPolicy {
  readonly type: PolicyType;
  /** The policy's own JSON. */
  readonly text: string;
  readonly dueMs: number;
  /** Its notice has been published. */
  readonly isDone?: true;
}

type Attributes = Readonly<Record<string, unknown>>;

interface GivenPolicy {
  readonly type: PolicyType;
  readonly text: string;
  readonly attributes: Attributes;
}

const UNIT_MS: Readonly<Record<string, number>> = { Hours: 3_600_000, Days: 86_400_000 };
const NOT_JSON = "Policies must be a JSON array of policies, each with Type, Version, Attributes.";
const NO_EXPIRATION = "An ExpirationNotification policy needs an Expiration policy.";

/**
 * The policies of a request, for a parameter that was changed now. A list without policies, `[{}]`
 * too, takes away those that there were. Throws ValidationException, InvalidPolicyTypeException,
 * InvalidPolicyAttributeException, IncompatiblePolicyException, PoliciesLimitExceededException.
 */
export function readPolicies(text: string, nowMs: number): readonly StoredPolicy[] {
  const given = parsed(text).map(readPolicy);
  if (given.length > POLICIES_PER_PARAMETER) throw tooManyPolicies();
  const [expiration, second] = given.filter(({ type }) => type === "Expiration");
  if (second) throw incompatiblePolicies("A parameter can have one Expiration policy.");
  const endMs = expiration && timestampOf(expiration.attributes);
  return given.map(({ type, text, attributes }) => {
    const dueMs = () => {
      switch (type) {
        case "Expiration":
          return endMs;
        case "ExpirationNotification":
          return endMs === undefined ? undefined : endMs - spanOf("Before", attributes);
        case "NoChangeNotification":
          return nowMs + spanOf("After", attributes);
      }
    };
    const ms = dueMs();
    if (ms === undefined) throw incompatiblePolicies(NO_EXPIRATION);
    return { type, text, dueMs: ms };
  });
}

/** The same policies after a change of the parameter, from which some count. */
export function policiesAfterChange(
  policies: readonly StoredPolicy[],
  nowMs: number,
): readonly StoredPolicy[] {
  return policies.map((policy) => {
    if (policy.type !== "NoChangeNotification") return policy;
    const { type, text } = policy;
    const attributes = (JSON.parse(text) as { readonly Attributes: Attributes }).Attributes;
    return { type, text, dueMs: nowMs + spanOf("After", attributes) };
  });
}

/** When the next of them is due; null if none will be. */
export function nextDueMs(policies: readonly StoredPolicy[]): number | null {
  const pending = policies.filter(({ isDone }) => !isDone).map(({ dueMs }) => dueMs);
  return pending.length === 0 ? null : Math.min(...pending);
}

export function policiesOf({ policies }: { readonly policies: string }): readonly StoredPolicy[] {
  return JSON.parse(policies) as readonly StoredPolicy[];
}

/** Policies as answers show them. */
export function shownPolicies(row: { readonly policies: string }) {
  return policiesOf(row).map(({ type, text, isDone }) => ({
    PolicyText: text,
    PolicyType: type,
    PolicyStatus: isDone ? "Finished" : "Pending",
  }));
}

function parsed(text: string): readonly Attributes[] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw validation(NOT_JSON);
    throw error;
  }
  if (!Array.isArray(given) || !given.every(isObject)) throw validation(NOT_JSON);
  return given.filter((one) => Object.keys(one).length > 0);
}

function readPolicy(given: Attributes): GivenPolicy {
  const { Type: type, Version, Attributes: attributes } = given;
  switch (type) {
    case "Expiration":
    case "ExpirationNotification":
    case "NoChangeNotification":
      break;
    default:
      throw invalidPolicyType(String(type));
  }
  if (Version !== "1.0") throw invalidPolicyAttribute(`Version must be 1.0 in policy ${type}.`);
  if (!isObject(attributes)) throw invalidPolicyAttribute(`Attributes are missing in ${type}.`);
  return { type, text: JSON.stringify(given), attributes };
}

function timestampOf({ Timestamp }: Attributes): number {
  const ms = typeof Timestamp === "string" ? Date.parse(Timestamp) : Number.NaN;
  if (Number.isNaN(ms) || !/^\d{4}-\d\d-\d\dT/.test(String(Timestamp)))
    throw invalidPolicyAttribute("Timestamp must be a time such as 2030-12-02T21:34:33.000Z.");
  return ms;
}

function spanOf(name: "Before" | "After", attributes: Attributes): number {
  const count = Number(attributes[name]);
  const unitMs = ownValue(UNIT_MS, String(attributes.Unit));
  if (!Number.isSafeInteger(count) || count <= 0 || unitMs === undefined)
    throw invalidPolicyAttribute(`${name} must be a whole number of Unit Days or Hours.`);
  return count * unitMs;
}

function isObject(value: unknown): value is Attributes {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
