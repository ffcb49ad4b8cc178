import {
  type JsonNode,
  type JsonObject,
  type JsonString,
  memberOf,
} from "../document/json-node.ts";
import { PRINCIPAL_TYPES, type PrincipalType } from "../document/policy-document.ts";
import { PARTITIONS } from "./partitions.ts";
import type { Problem } from "./policy-finding.ts";
import { itemsOf, statementsOf } from "./statement-node.ts";

/** The principals that each kind of resource-based policy accepts, and its words for others. */
export interface PrincipalRules {
  types: readonly PrincipalType[];
  /** A trust policy wants {"AWS": "*"}; a bucket policy also takes "*" bare. */
  bareStar: boolean;
  invalid(type: string, value: string, place: { start: number; end: number }): Problem;
  isServicePrincipal(name: string): boolean;
}

const ACCOUNT_ID = /^[0-9]{12}$/;
/** Unique ids of users and roles. IAM User Guide, "IAM identifiers". */
const UNIQUE_ID = /^(?:AIDA|AROA)[0-9A-Z]{12,124}$/;
const ENTITY_NAME = /^[A-Za-z0-9_+=,.@-]+$/;
const ENTITY_PATH = /^[!-~]+$/;
const DOMAIN_NAME = /^(?:[A-Za-z0-9_-]{1,63}\.){1,126}[A-Za-z0-9-]{2,63}$/;
const PROVIDER_ARN = /^arn:[a-z-]+:iam::[0-9]{12}:(?:saml-provider|oidc-provider)\/[!-)+->@-~]+$/;

/** Whether a name could be a service's: a DNS name such as ivs.amazonaws.com. */
export function isDomainName(name: string): boolean {
  return DOMAIN_NAME.test(name);
}

/** Checks the Principal of every statement that has one. */
export function checkPrincipalsBy(rules: PrincipalRules): (root: JsonObject) => Iterable<Problem> {
  return function* check(root) {
    for (const statement of statementsOf(root)) {
      const member = memberOf(statement, "Principal") ?? memberOf(statement, "NotPrincipal");
      if (member === undefined) {
        const message = "Missing required field Principal";
        yield { message, start: statement.start, end: statement.end };
      } else {
        yield* valueProblems(member.value, rules);
      }
    }
  };
}

function* valueProblems(node: JsonNode, rules: PrincipalRules): Iterable<Problem> {
  const { start, end } = node;
  if (node.type === "string" && node.value === "*") {
    if (!rules.bareStar) {
      const message = 'AssumeRolepolicy contained an invalid principal: "STAR":"*".';
      yield { message, start, end };
    }
    return;
  }
  if (node.type !== "object") {
    yield rules.bareStar && node.type === "string"
      ? rules.invalid("AWS", node.value, node)
      : { message: "Principal must be a JSON object.", start, end };
    return;
  }
  if (node.members.every((member) => itemsOf(member.value).length === 0)) {
    yield { message: "Missing required field Principal cannot be empty!", start, end };
  }
  for (const { key, keyStart, value } of node.members) {
    const type = PRINCIPAL_TYPES.find((name) => name === key);
    if (type === undefined || !rules.types.includes(type)) {
      yield rules.invalid(key, firstText(value), { start: keyStart, end: value.end });
      continue;
    }
    for (const item of itemsOf(value)) {
      yield* item.type === "string"
        ? entryProblems(type, item, rules)
        : [rules.invalid(type, "", item)];
    }
  }
}

function firstText(node: JsonNode): string {
  const [first] = itemsOf(node);
  return first?.type === "string" ? first.value : "";
}

function entryProblems(
  type: PrincipalType,
  entry: JsonString,
  rules: PrincipalRules,
): readonly Problem[] {
  const { value, start, end } = entry;
  switch (type) {
    case "AWS":
      return isAwsPrincipal(value) ? [] : [rules.invalid(type, value, entry)];
    case "Service":
      return rules.isServicePrincipal(value) ? [] : [rules.invalid("SERVICE", value, entry)];
    case "Federated": {
      const message = "Federated principals must be valid domain names or SAML metadata ARNs";
      return PROVIDER_ARN.test(value) || isDomainName(value) ? [] : [{ message, start, end }];
    }
    case "CanonicalUser":
      return /^[0-9a-f]{64}$/.test(value) ? [] : [rules.invalid(type, value, entry)];
    default:
      return type satisfies never;
  }
}

/** The forms of {"AWS": …}. Whether it exists is for the service that saves the policy to check. */
function isAwsPrincipal(value: string): boolean {
  if (value === "*" || ACCOUNT_ID.test(value) || UNIQUE_ID.test(value)) {
    return true;
  }
  const [arn, partition = "", service, region, account = "", ...rest] = value.split(":");
  if (arn !== "arn" || !PARTITIONS.has(partition) || region !== "" || !ACCOUNT_ID.test(account)) {
    return false;
  }
  const resource = rest.join(":");
  if (/[*?]/.test(resource)) {
    return false;
  }
  const [kind, ...path] = resource.split("/");
  const name = path.at(-1) ?? "";
  if (service === "iam") {
    return (
      resource === "root" ||
      ((kind === "user" || kind === "role") && ENTITY_NAME.test(name) && isPath(path))
    );
  }
  const named = path.every((part) => ENTITY_NAME.test(part));
  return (
    service === "sts" &&
    ((kind === "assumed-role" && path.length === 2 && named) ||
      (kind === "federated-user" && path.length === 1 && named))
  );
}

function isPath(parts: readonly string[]): boolean {
  return parts.every((part) => ENTITY_PATH.test(part));
}
