import {
  type CompiledPolicy,
  type CompiledStatement,
  compilePolicy,
} from "../compile/compile-policy.ts";
import type { ConditionEntry, PrincipalEntry } from "../document/policy-document.ts";
import { accountOf } from "../principal.ts";
import { type Caller, callersOf, guardsOfCondition, unnamedOf } from "./callers.ts";
import { publicAccess } from "./checks.ts";
import { findAccess } from "./compare.ts";
import { demandedConditions, isDemanding } from "./demanded-conditions.ts";

/** The accounts whose access isn't external: one, or an organization's. */
export interface TrustZone {
  readonly accounts: ReadonlySet<string>;
  readonly organizationId?: string | undefined;
}

/** Access that a resource's policies give to a principal outside of the zone of trust. */
export interface ExternalAccess {
  readonly principal: Pick<PrincipalEntry, "type" | "value">;
  /** As the statements name them; `*` for a NotAction. */
  readonly actions: readonly string[];
  /** One value of each key that the statements demand. */
  readonly condition: Readonly<Record<string, string>>;
  /** Anybody has the access: nothing that a caller can't choose narrows it. */
  readonly isPublic: boolean;
  /** Which of the policies give it, counted from 0. */
  readonly policies: readonly number[];
}

/** Access under more combinations of values than this has the values of one key together. */
const COMBINATIONS_MAX = 25;
const STRANGERS = ["999999999999", "888888888888", "777777777777", "666666666666"];
const ACCOUNT_ID = /(?<![0-9])[0-9]{12}(?![0-9])/g;

/**
 * Finds who outside of the zone the policies of one resource let in, each by itself, after all of
 * their denials: for each statement, principal and combination of its conditions' values it is
 * proven that there is no such request, or else reported.
 */
export function externalAccess(
  policies: readonly CompiledPolicy[],
  zone: TrustZone,
): readonly ExternalAccess[] {
  const denials = policies.flatMap(({ statements }) =>
    statements.filter(({ effect }) => effect === "Deny").map(writtenAgain),
  );
  const found = new Map<string, ExternalAccess>();
  for (const [index, { source, version, statements }] of policies.entries()) {
    for (const statement of statements) {
      for (const { entry, conditions } of cellsOf(statement, zone)) {
        const allow = { ...writtenAgain(statement), Principal: { [entry.type]: entry.value } };
        const narrowed = { ...allow, Condition: conditionElement(conditions) };
        const text = JSON.stringify({ Version: version, Statement: [narrowed, ...denials] });
        const policy = compilePolicy(asAccount(text, entry, zone), source);
        if (isReached(policy, zone)) {
          const isPublic = isEverybody(entry) && publicAccess([policy]).length > 0;
          const { negated, values: actions } = statement.written.action;
          add(found, {
            principal: { type: entry.type, value: entry.value },
            actions: negated ? ["*"] : actions,
            condition: demandedConditions(conditions),
            isPublic,
            policies: [index],
          });
        }
      }
    }
  }
  return [...found.values()];
}

function add(found: Map<string, ExternalAccess>, access: ExternalAccess): void {
  const { principal, condition } = access;
  const key = JSON.stringify([principal.type, principal.value, condition]);
  const known = found.get(key);
  found.set(key, {
    ...access,
    actions: [...new Set([...(known?.actions ?? []), ...access.actions])].sort(),
    isPublic: access.isPublic || known?.isPublic === true,
    policies: [...new Set([...(known?.policies ?? []), ...access.policies])],
  });
}

interface Cell {
  readonly entry: PrincipalEntry;
  readonly conditions: readonly ConditionEntry[];
}

/** Each external principal that the statement names, under each combination of values. */
function* cellsOf({ effect, written }: CompiledStatement, zone: TrustZone): Generator<Cell> {
  const { principal, conditions } = written;
  if (effect !== "Allow" || principal === undefined || principal.negated) {
    return;
  }
  const combinations = combinationsOf(conditions);
  for (const entry of principal.entries) {
    if (isOutside(entry, zone)) {
      for (const combination of combinations) {
        yield { entry, conditions: combination };
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
  const account = /^(?:arn:[^:]*:[^:]*:[^:]*:)?([0-9]{12})(?::|$)/.exec(value)?.[1];
  return value === "*" || (account !== undefined && !accounts.has(account));
}

function isEverybody({ type, value }: PrincipalEntry): boolean {
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

/** Whether a request of somebody outside is allowed, or may be. */
function isReached(policy: CompiledPolicy, zone: TrustZone): boolean {
  const callers = outsideCallers(policy, zone);
  return !findAccess([policy], [], { callers }).next().done;
}

function outsideCallers(policy: CompiledPolicy, zone: TrustZone): readonly Caller[] {
  const named = new Set(policy.text.match(ACCOUNT_ID));
  const known = callersOf([policy]);
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
function asAccount(text: string, { type, value }: PrincipalEntry, zone: TrustZone): string {
  if (type !== "CanonicalUser") {
    return text;
  }
  const stranger = STRANGERS.find((one) => !zone.accounts.has(one) && !text.includes(one));
  const account = { AWS: `arn:aws:iam::${stranger ?? STRANGERS[0]}:root` };
  return text.replace(JSON.stringify({ CanonicalUser: value }), () => JSON.stringify(account));
}

function writtenAgain({ effect, written }: CompiledStatement): object {
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

function conditionElement(conditions: readonly ConditionEntry[]): object {
  const element: Record<string, Record<string, readonly string[]>> = {};
  for (const { operator, key, values } of conditions) {
    element[operator] = { ...element[operator], [key]: values };
  }
  return element;
}
