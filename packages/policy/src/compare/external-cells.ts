import {
  type CompiledPolicy,
  type CompiledStatement,
  compilePolicy,
} from "../compile/compile-policy.ts";
import type { ConditionEntry, PrincipalEntry } from "../document/policy-document.ts";
import { accountOf } from "../principal.ts";
import type { ContextValue } from "../request.ts";
import { type Caller, callersOf, guardsOfCondition, unnamedOf } from "./callers.ts";
import { findAccess } from "./compare.ts";
import { isDemanding } from "./demanded-conditions.ts";
import { outsidersOf } from "./outsiders.ts";

/** The accounts whose access isn't external: one, or an organization's. */
export interface TrustZone {
  readonly accounts: ReadonlySet<string>;
  readonly organizationId?: string | undefined;
}

/** One external principal of a statement, under one combination of its conditions' values. */
export interface Cell {
  readonly statement: CompiledStatement;
  readonly entry: PrincipalEntry;
  readonly conditions: readonly ConditionEntry[];
}

/** Access under more combinations of values than this has the values of one key together. */
const COMBINATIONS_MAX = 25;
const STRANGERS = ["999999999999", "888888888888", "777777777777", "666666666666"];
const ACCOUNT_ID = /(?<![0-9])[0-9]{12}(?![0-9])/g;

/** Each external principal that the statement names, under each combination of values. */
export function* cellsOf(statement: CompiledStatement, zone: TrustZone): Generator<Cell> {
  const { principal, conditions } = statement.written;
  if (statement.effect !== "Allow" || principal === undefined || principal.negated) {
    return;
  }
  const combinations = combinationsOf(conditions);
  for (const entry of principal.entries) {
    if (isOutside(entry, zone)) {
      for (const combination of combinations) {
        yield { statement, entry, conditions: combination };
      }
    }
  }
}

function isOutside({ type, value }: PrincipalEntry, { accounts }: TrustZone): boolean {
  if (type === "Service") {
    return false;
  }
  if (type !== "AWS") {
    return true;
  }
  // The unique id of a user or role that is gone: it is nobody's.
  const account = accountNamedBy(value);
  return value === "*" || (account !== undefined && !accounts.has(account));
}

export function accountNamedBy(value: string): string | undefined {
  return /^(?:arn:[^:]*:[^:]*:[^:]*:)?([0-9]{12})(?::|$)/.exec(value)?.[1];
}

export function isEverybody({ type, value }: Pick<PrincipalEntry, "type" | "value">): boolean {
  return type === "AWS" && value === "*";
}

function combinationsOf(
  conditions: readonly ConditionEntry[],
): readonly (readonly ConditionEntry[])[] {
  let combinations: readonly (readonly ConditionEntry[])[] = [[]];
  for (const entry of conditions) {
    const isSplit =
      isDemanding(entry) && combinations.length * entry.values.length <= COMBINATIONS_MAX;
    const choices = isSplit
      ? entry.values.map((value) => ({ ...entry, values: [value] }))
      : [entry];
    combinations = combinations.flatMap((one) => choices.map((choice) => [...one, choice]));
  }
  return combinations;
}

/** The condition keys of all requests that come one way, whatever they ask for. */
export interface Way {
  /** Lower-cased. */
  readonly settled: ReadonlyMap<string, ContextValue | undefined>;
  /** ArnLike: a pattern of keys that aren't settled. */
  readonly alike?: Readonly<Record<string, string>>;
}

/** Requests that come by no way in particular. */
export const ANY_WAY: Way = { settled: new Map() };

/** Policies that allow, and others that must allow the same requests as well, if there are any. */
export interface Reach {
  readonly allowing: CompiledPolicy;
  readonly alsoAllowing?: CompiledPolicy | undefined;
}

/** Whether a request of somebody outside is allowed, or may be. */
export function isReached(reach: Reach, zone: TrustZone, way: Way): boolean {
  return isAllowed(reach, outsideCallers(policiesOf(reach), zone), way);
}

/** Whether anybody has the access: nothing that a caller can't choose narrows it. */
export function isPublicReach(reach: Reach, way: Way): boolean {
  const known = [...way.settled.keys(), ...Object.keys(way.alike ?? {})];
  return isAllowed(reach, outsidersOf(policiesOf(reach), new Set(known)), way);
}

/** The second policy allows what everything but its Allows, made Denies, doesn't allow. */
function isAllowed(
  { allowing, alsoAllowing }: Reach,
  callers: readonly Caller[],
  { settled, alike = {} }: Way,
): boolean {
  const existing = alsoAllowing ? [allBut(alsoAllowing)] : [];
  const guards = guardsOfCondition({ ArnLike: alike });
  const coming = callers.map((caller) => ({
    ...caller,
    guards: [...caller.guards, ...guards],
    settled: new Map([...caller.settled, ...settled]),
  }));
  return !findAccess([allowing], existing, { callers: coming }).next().done;
}

function policiesOf({ allowing, alsoAllowing }: Reach): readonly CompiledPolicy[] {
  return alsoAllowing ? [allowing, alsoAllowing] : [allowing];
}

function allBut({ source, version, statements }: CompiledPolicy): CompiledPolicy {
  const everything = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
  const taken = statements.map((statement) => ({ ...writtenAgain(statement), Effect: "Deny" }));
  const text = JSON.stringify({ Version: version, Statement: [everything, ...taken] });
  return compilePolicy(text, source);
}

function outsideCallers(policies: readonly CompiledPolicy[], zone: TrustZone): readonly Caller[] {
  const named = new Set(policies.flatMap(({ text }) => text.match(ACCOUNT_ID) ?? []));
  const known = callersOf(policies);
  const accounts = new Set(known.map(({ example }) => accountOf(example)));
  const further = [...named].filter((account) => !accounts.has(account)).flatMap(unnamedOf);
  const guards = guardsOfCondition(outsideCondition(zone));
  return [...known, ...further].flatMap((caller) => {
    const account = accountOf(caller.example);
    if (caller.example.kind === "service" || (account && zone.accounts.has(account))) {
      return [];
    }
    const keys =
      account === undefined ? WITHOUT_ACCOUNT : [["kms:calleraccount", account] as const];
    const settled = new Map([...caller.settled, ...keys]);
    return [{ ...caller, settled, guards: [...caller.guards, ...guards] }];
  });
}

/** Keys that callers without an account don't have. */
const WITHOUT_ACCOUNT = [
  ["kms:calleraccount", undefined],
  ["aws:principalorgid", undefined],
  ["aws:principalorgpaths", undefined],
  ["aws:userid", undefined],
] as const;

/** Keys by which a service says for whom it calls: not for the zone. */
function outsideCondition({ accounts, organizationId: organization }: TrustZone): object {
  const own = [...accounts];
  return {
    StringNotEqualsIfExists: {
      "aws:SourceAccount": own,
      "aws:SourceOwner": own,
      ...(organization !== undefined && {
        "aws:PrincipalOrgID": organization,
        "aws:SourceOrgID": organization,
      }),
    },
    ArnNotLikeIfExists: { "aws:SourceArn": own.map((account) => `arn:*:*:*:${account}:*`) },
    ...(organization !== undefined && {
      "ForAllValues:StringNotLike": { "aws:PrincipalOrgPaths": `${organization}/*` },
    }),
  };
}

/** An ACL's canonical user is compared as an account that nothing else names. */
export function asAccount(text: string, { type, value }: PrincipalEntry, zone: TrustZone): string {
  if (type !== "CanonicalUser") {
    return text;
  }
  const account = { AWS: `arn:aws:iam::${strangerTo(zone, text)}:root` };
  return text.replace(JSON.stringify({ CanonicalUser: value }), () => JSON.stringify(account));
}

/** An account that is neither in the zone nor in the text. */
export function strangerTo({ accounts }: TrustZone, text: string): string {
  const stranger = STRANGERS.find((one) => !accounts.has(one) && !text.includes(one));
  return stranger ?? "555555555555";
}

/** The account ids that a text names. */
export function accountIdsIn(text: string): readonly string[] {
  return text.match(ACCOUNT_ID) ?? [];
}

export function writtenAgain({ effect, written }: CompiledStatement): object {
  const { action, resource, principal, conditions } = written;
  const entries = principal?.entries ?? [];
  const types = new Set(entries.map(({ type }) => type));
  const names = [...types].map((type) => [
    type,
    entries.filter((entry) => entry.type === type).map(({ value }) => value),
  ]);
  return {
    Effect: effect,
    [principal?.negated ? "NotPrincipal" : "Principal"]: Object.fromEntries(names),
    [action.negated ? "NotAction" : "Action"]: action.values,
    ...(resource && { [resource.negated ? "NotResource" : "Resource"]: resource.values }),
    Condition: conditionElement(conditions),
  };
}

export function conditionElement(conditions: readonly ConditionEntry[]): object {
  const element: Record<string, Record<string, readonly string[]>> = {};
  for (const { operator, key, values } of conditions) {
    element[operator] = { ...element[operator], [key]: values };
  }
  return element;
}
