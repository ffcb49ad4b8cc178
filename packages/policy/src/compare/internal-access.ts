import {
  type CompiledPolicy,
  type CompiledStatement,
  compilePolicy,
} from "../compile/compile-policy.ts";
import { deniedBy } from "../compile/principal-matcher.ts";
import { boundaryOf, identityOf, rcpLevelsOf, scpLevelsOf } from "../decide/applicable-layers.ts";
import { decide } from "../decide/decide.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import type { PolicySet } from "../decide/policy-set.ts";
import type { Principal } from "../principal.ts";
import type { ContextValue, DecisionRequest } from "../request.ts";
import { type AccessPath, accessPaths, type Choice, combinationsOf } from "./access-paths.ts";
import { type Caller, guardsOfCondition } from "./callers.ts";
import { demandedConditions } from "./demanded-conditions.ts";
import { ACTION, type Guard, RESOURCE } from "./guard.ts";
import { guardsOf } from "./guards-of.ts";
import { type Clause, Search, type Values } from "./search.ts";
import { type Found, NOTHING, UNKNOWN } from "./string-search.ts";
import { assignmentsOf, type Variables } from "./variables.ts";

/** An action, and patterns of the ARNs of a resource's parts that it is about. */
export interface ResourceAction {
  readonly action: string;
  readonly resources: readonly string[];
}

/** A user or role and a resource, with everything that decides what the one may do to the other. */
export interface InternalPair {
  readonly principal: Extract<Principal, { kind: "user" | "role-session" }>;
  /** Condition keys that follow from the pair, lower-cased; undefined: absent. Others are free. */
  readonly settled: ReadonlyMap<string, ContextValue | undefined>;
  readonly layers: Omit<PolicyLayers, "session" | "endpoint">;
  readonly resourceAccountId: string;
  readonly actions: readonly ResourceAction[];
}

/** Actions that a principal may call under the same condition. */
export interface InternalAccess {
  readonly actions: readonly string[];
  /** The values that the allowing statements demand, by condition key. */
  readonly condition: Readonly<Record<string, string>>;
  /** Which of the resource's policies take part, counted from 0. */
  readonly policies: readonly number[];
  /** The engine allows a request of each action. If not, no proof was found that it doesn't. */
  readonly isProven: boolean;
}

/** The access that statements give together; without a request it was neither found nor refuted. */
export interface FoundAccess {
  readonly statements: Choice;
  readonly request: DecisionRequest | undefined;
}

/** Steps of patterns for one pair: some tenths of a second. */
const STEPS_MAX = 100_000;

/**
 * Finds what a user or role may do to a resource after all layers: for each action it is proven
 * that no request of it is allowed, or else it is reported. A role is looked at with every name of
 * a session; narrower session policies don't count.
 */
export function internalAccess(pair: InternalPair): readonly InternalAccess[] {
  const found = new Map<string, InternalAccess>();
  for (const { actions, access } of accessesOf(pair)) {
    const { statements, request } = access;
    const condition = demandedConditions(statements.flatMap(({ written }) => written.conditions));
    const key = JSON.stringify(Object.entries(condition).sort());
    const known = found.get(key);
    const own = pair.layers.resource?.policies ?? [];
    const policies = statements.map(({ policy }) => own.indexOf(policy)).filter((at) => at >= 0);
    found.set(key, {
      condition,
      actions: [...(known?.actions ?? []), ...actions].sort(),
      policies: [...new Set([...(known?.policies ?? []), ...policies])].sort(),
      isProven: known?.isProven !== false && request !== undefined,
    });
  }
  return [...found.values()];
}

/** Each class of actions about which the policies say the same, with the access to it. */
export function* accessesOf(
  pair: InternalPair,
): Generator<{ readonly actions: readonly string[]; readonly access: FoundAccess }> {
  const scenes = new Scenes(pair);
  for (const actions of classesOf(pair)) {
    const [first] = actions;
    const access = first && scenes.find(first);
    if (access) {
      yield { actions: actions.map(({ action }) => action), access };
    }
  }
}

function classesOf({ principal, layers, actions }: InternalPair): Iterable<ResourceAction[]> {
  const sets = setsOf(principal, layers);
  const numbers = new Map<CompiledStatement, number>();
  const numberOf = (statement: CompiledStatement) => {
    const number = numbers.get(statement) ?? numbers.size;
    numbers.set(statement, number);
    return number;
  };
  const classes = new Map<string, ResourceAction[]>();
  for (const one of actions) {
    const said = sets.map((set) => {
      const { deny, allow } = set.candidates(one.action);
      return [...deny, ...allow].map(numberOf).sort();
    });
    const key = JSON.stringify([said, one.resources]);
    classes.set(key, [...(classes.get(key) ?? []), one]);
  }
  return classes.values();
}

function setsOf(principal: Principal, layers: PolicyLayers): readonly PolicySet[] {
  return [
    ...rcpLevelsOf(principal, layers),
    ...scpLevelsOf(principal, layers),
    layers.resource,
    identityOf(principal, layers),
    boundaryOf(principal, layers),
  ].filter((set) => set !== undefined);
}

interface Scene {
  readonly caller: Caller;
  readonly proof: Variables | undefined;
  readonly examples: readonly Variables[];
}

/** The callers that a pair's principal may be, with the ways in which variables are settled. */
class Scenes {
  readonly #pair: InternalPair;
  readonly #sets: readonly PolicySet[];
  readonly #scenes: readonly Scene[];
  readonly #budget = { left: STEPS_MAX };

  constructor(pair: InternalPair) {
    this.#pair = pair;
    this.#sets = setsOf(pair.principal, pair.layers);
    const policies = this.#sets.flatMap((set) => set.policies);
    this.#scenes = callersOf(pair, policies).map((caller) => ({
      caller,
      ...assignmentsOf(policies, caller.settled),
    }));
  }

  /** The first way to call the action; preferably one that the engine allows. */
  find(asked: ResourceAction): FoundAccess | undefined {
    let open: FoundAccess | undefined;
    for (const scene of this.#scenes) {
      const found = this.#findIn(scene, asked);
      if (found?.request) {
        return found;
      }
      open ??= found;
    }
    return open;
  }

  #findIn({ caller, proof, examples }: Scene, asked: ResourceAction): FoundAccess | undefined {
    const { layers, resourceAccountId } = this.#pair;
    let open: FoundAccess | undefined;
    for (const path of accessPaths(caller.example, asked.action, layers, resourceAccountId)) {
      for (const statements of combinationsOf(path) ?? [undefined]) {
        // With too many combinations the path itself stands for the access.
        const found = statements
          ? this.#search(caller, proof, examples, asked, statements)
          : UNKNOWN;
        if (found.kind === "found") {
          return { statements: statements ?? [], request: found.value };
        }
        if (found.kind === "unknown") {
          open ??= { statements: statements ?? firstOf(path), request: undefined };
        }
      }
    }
    return open;
  }

  #search(
    caller: Caller,
    proof: Variables | undefined,
    examples: readonly Variables[],
    asked: ResourceAction,
    statements: Choice,
  ): Found<DecisionRequest> {
    const possible = proof && this.#look(caller, proof, asked, statements, () => "possible");
    if (possible?.kind === "nothing") {
      return NOTHING;
    }
    let open = possible !== undefined;
    for (const variables of examples) {
      const confirm = (values: Values) => this.#confirm(caller, variables, asked.action, values);
      const found = this.#look(caller, variables, asked, statements, confirm);
      if (found.kind === "found") {
        return found;
      }
      open ||= found.kind === "unknown";
    }
    return open ? UNKNOWN : NOTHING;
  }

  #look<T>(
    caller: Caller,
    variables: Variables,
    { action, resources }: ResourceAction,
    statements: Choice,
    confirm: (values: Values) => T | undefined,
  ): Found<T> {
    const wanted = statements.map((statement) => clauseOf(statement, variables));
    if (wanted.some((guards) => guards === undefined)) {
      return NOTHING;
    }
    const guards = [...wanted.flatMap((one) => one ?? []), ...caller.guards, scopeOf(resources)];
    const settled = new Map([...variables.values, ...caller.settled]);
    const space = {
      ...{ knownActions: [], multiplicityOf: () => "either" as const },
      ...{ settled, budget: this.#budget },
    };
    return new Search(space, confirm).find(guards, this.#denials(caller, variables, action));
  }

  #denials({ example }: Caller, variables: Variables, action: string): readonly Clause[] {
    const hasBoundary = boundaryOf(example, this.#pair.layers) !== undefined;
    return this.#sets
      .flatMap((set) => set.candidates(action).deny)
      .filter(({ principal }) => !principal || deniedBy(principal, example, hasBoundary))
      .map((statement) => clauseOf(statement, variables))
      .filter((guards) => guards !== undefined);
  }

  #confirm(
    caller: Caller,
    variables: Variables,
    action: string,
    values: Values,
  ): DecisionRequest | undefined {
    const context = new Map<string, ContextValue>();
    for (const [key, value] of [...variables.values, ...caller.settled, ...values]) {
      if (value !== undefined && key !== RESOURCE) {
        context.set(key, value);
      }
    }
    const { layers, resourceAccountId } = this.#pair;
    const principal = caller.principalOf(values);
    const resource = String(values.get(RESOURCE));
    const request = { principal, action, resource, resourceAccountId, context };
    return decide(request, layers) === "allow" ? request : undefined;
  }
}

function firstOf(path: AccessPath): Choice {
  return path.flatMap(([first]) => first ?? []);
}

/** A statement's guards beside that on the action, which is known. */
function clauseOf(statement: CompiledStatement, variables: Variables): Clause | undefined {
  return guardsOf(statement, variables)?.filter(({ coordinate }) => coordinate !== ACTION);
}

/** The guard that keeps a request to the resource's parts. */
function scopeOf(resources: readonly string[]): Guard {
  const Statement = [{ Effect: "Allow", Action: "*", Resource: resources }];
  const text = JSON.stringify({ Version: "2008-10-17", Statement });
  const policy = compilePolicy(text, { kind: "identity", id: "scope", managed: false });
  const variables = { values: new Map(), others: "absent" } as const;
  const guards = policy.statements.flatMap((one) => clauseOf(one, variables) ?? []);
  const [scope] = guards;
  if (scope === undefined) {
    throw new Error(`No resource is meant by ${resources.join()}`);
  }
  return scope;
}

const USER_ID = "aws:userid";

/** The user; or the role's sessions: one of each name that the policies tell apart, and others. */
function callersOf(
  { principal, settled }: InternalPair,
  policies: readonly CompiledPolicy[],
): readonly Caller[] {
  if (principal.kind === "user") {
    const known = new Map([...settled, [USER_ID, principal.id] as const]);
    return [{ guards: [], settled: known, example: principal, principalOf: () => principal }];
  }
  const { roleId, roleName, accountId } = principal;
  const start = `arn:aws:sts::${accountId}:assumed-role/${roleName}/`;
  const named = (sessionName: string) => ({ ...principal, sessionName, arn: start + sessionName });
  const texts = policies.flatMap(({ statements }) =>
    statements.flatMap(({ written }) => written.principal?.entries.map(({ value }) => value) ?? []),
  );
  const arns = new Set(texts.filter((text) => text.startsWith(start)));
  const sessions = [...arns].map((arn): Caller => {
    const session = named(arn.slice(start.length));
    const known = new Map([...settled, [USER_ID, `${roleId}:${session.sessionName}`] as const]);
    return { guards: [], settled: known, example: session, principalOf: () => session };
  });
  let otherName = "session";
  while (arns.has(start + otherName)) {
    otherName += "-other";
  }
  const other: Caller = {
    guards: guardsOfCondition({ StringLike: { [USER_ID]: `${roleId}:?*` } }),
    settled,
    example: named(otherName),
    principalOf: (values) => named(String(values.get(USER_ID)).slice(roleId.length + 1)),
  };
  return [other, ...sessions];
}
