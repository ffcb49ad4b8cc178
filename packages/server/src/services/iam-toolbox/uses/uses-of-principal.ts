import { type DecisionRequest, type Principal, safeCondition } from "@rolecast/policy";
import type { NotedCall } from "../../../kernel/ports/permission-uses.ts";
import { accountOf } from "../../../kernel/principal.ts";
import { UsedResources } from "./used-resources.ts";

/** A user, a role or a root user, whose used permissions are remembered. */
export interface UsingPrincipal {
  /** AIDA… or AROA…; the account's id for its root user, the ARN for a federated user. */
  readonly entityId: string;
  readonly arn: string;
  readonly accountId: string;
}

/**
 * The id of the principal that a permission counts for. Undefined for AWS's services, their linked
 * roles and anonymous callers, which have no policies that anybody writes.
 */
export function usingId(principal: Principal): string | undefined {
  switch (principal.kind) {
    case "user":
      return principal.id;
    case "role-session":
      return principal.serviceLinked ? undefined : principal.roleId;
    case "root":
      return principal.accountId;
    case "federated-user":
      return principal.userArn ?? principal.accountId;
    default:
      return undefined;
  }
}

export function usingPrincipal(principal: Principal, entityId: string): UsingPrincipal {
  const accountId = accountOf(principal);
  switch (principal.kind) {
    case "role-session":
      return { entityId, accountId, arn: principal.roleArn };
    case "user":
      return { entityId, accountId, arn: principal.arn };
    default: {
      const isRoot = entityId === accountId;
      return { entityId, accountId, arn: isRoot ? `arn:aws:iam::${accountId}:root` : entityId };
    }
  }
}

/** Calls that need one action, each with the values of its condition key. */
const USES_OF_ACTION_MAX = 50;
/** No condition. */
const ANY = "{}";

/** One action that one kind of call needed, under one value of its condition key. */
export interface UsedAction {
  readonly action: string;
  readonly service: string;
  readonly operation: string;
  /** JSON of the condition key that a grant should have; "{}" of none. */
  readonly condition: string;
  readonly resources: UsedResources;
}

/** The permissions that one principal used. */
export class UsesOfPrincipal {
  readonly principal: UsingPrincipal;
  /** By action; few calls need the same. */
  readonly #actions = new Map<string, UsedAction[]>();
  /** Rows of earlier processes are here too. */
  isLoaded = false;
  /** Something was used since it was last written. */
  hasChanged = false;
  /** Somebody waits for the latest times; else those that are a little later aren't written. */
  isAskedFor = false;

  constructor(principal: UsingPrincipal) {
    this.principal = principal;
  }

  /** The number of resources. */
  get size(): number {
    let size = 0;
    for (const { resources } of this.actions()) size += resources.size;
    return size;
  }

  *actions(): Iterable<UsedAction> {
    for (const used of this.#actions.values()) yield* used;
  }

  /** Returns the number of resources that this added; fewer than 0 where they became patterns. */
  note(
    { action, resource, context }: DecisionRequest,
    { service, operation, nowMs }: NotedCall,
    isDenied: boolean,
  ): number {
    const safe = safeCondition(action, context);
    const condition = safe ? JSON.stringify(safe) : ANY;
    const { resources } = this.action(action, { service, operation }, condition);
    const before = resources.size;
    resources.note(resource, isDenied, nowMs);
    this.hasChanged = true;
    return resources.size - before;
  }

  action(
    action: string,
    { service, operation }: Pick<UsedAction, "service" | "operation">,
    condition: string,
  ): UsedAction {
    let all = this.#actions.get(action);
    if (!all) {
      all = [];
      this.#actions.set(action, all);
    }
    for (const used of all)
      if (used.operation === operation && used.condition === condition && used.service === service)
        return used;
    // The caller chooses the values: of very many none is remembered.
    if (all.length >= USES_OF_ACTION_MAX && condition !== ANY)
      return this.action(action, { service, operation }, ANY);
    const used = { action, service, operation, condition, resources: new UsedResources() };
    all.push(used);
    return used;
  }
}
