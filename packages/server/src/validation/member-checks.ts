import type { Operation, Shape, StructureShape } from "@rolecast/wire";
import type { Constraint, ServiceConstraints, Violation } from "../kernel/constraints.ts";
import { checkMap, checkValue, rulesOf } from "./checks.ts";

/*
 * Members are found by the operation's schema, never by the value: the keys of a map are the
 * caller's own words, whatever members are called.
 */

/**
 * The items of a list, or the entries of a map, that the service's model doesn't limit: what is
 * decided, checked and recorded of a request is known before it is done. AWS's own limits of such
 * lists, which operations check themselves, are lower; those that are higher are constraints.
 */
export const ITEMS_MAX = 1_000;

/** A structure's members that have a limit, or that have something inside that may have one. */
export type MemberChecks = ReadonlyMap<string, MemberCheck>;

interface MemberCheck {
  readonly beanName: string;
  readonly limit: Constraint | undefined;
  /** Visits what is inside of a list, map or structure. */
  readonly inside: Visit | undefined;
}

type Visit = (value: unknown, path: string, found: Violation[]) => void;

const NO_MEMBERS: MemberChecks = new Map();
const known = new WeakMap<ServiceConstraints, Map<string, MemberChecks>>();

/** The checks of an operation's input, which are put together with the first request for it. */
export function membersOf(
  { name, input }: Pick<Operation, "name" | "input">,
  constraints: ServiceConstraints,
): MemberChecks {
  let byOperation = known.get(constraints);
  if (!byOperation) known.set(constraints, (byOperation = new Map()));
  let checks = byOperation.get(name);
  if (!checks) {
    checks = input ? new Compiler(name, constraints).structure(input) : NO_MEMBERS;
    byOperation.set(name, checks);
  }
  return checks;
}

export function visitMembers(
  checks: MemberChecks,
  structure: Readonly<Record<string, unknown>>,
  prefix: string,
  found: Violation[],
): void {
  for (const member in structure) {
    const check = checks.get(member);
    const value = structure[member];
    if (check === undefined || value === undefined || value === null) continue;
    const { limit, inside, beanName } = check;
    // Names of members are put together for those who broke something, and for what is inside.
    if (limit?.entries && isRecord(value))
      checkMap(value, limit, limit.entries, prefix + beanName, found);
    else if (limit) checkValue(value, limit, () => prefix + beanName, found);
    inside?.(value, prefix + beanName, found);
  }
}

class Compiler {
  readonly #operation: string;
  readonly #constraints: ServiceConstraints;
  /** By the member that has them, since limits may depend on it. */
  readonly #structures = new Map<StructureShape, Map<string | undefined, MemberChecks>>();

  constructor(operation: string, constraints: ServiceConstraints) {
    this.#operation = operation;
    this.#constraints = constraints;
  }

  structure(shape: StructureShape, parent?: string): MemberChecks {
    let byParent = this.#structures.get(shape);
    if (!byParent) this.#structures.set(shape, (byParent = new Map()));
    const existing = byParent.get(parent);
    if (existing) return existing;
    const checks = new Map<string, MemberCheck>();
    // Registered first, since shapes may be recursive.
    byParent.set(parent, checks);
    for (const { name, target } of shape.members) {
      const limit = this.#limit(name, parent);
      const inside = this.#inside(target, name, limit);
      if (limit || inside) checks.set(name, { beanName: beanName(name), limit, inside });
    }
    return checks;
  }

  /** The operation's own limit goes before the service's, the parent's before all others. */
  #limit(name: string, parent?: string): Constraint | undefined {
    const names = parent === undefined ? [name] : [`${parent}.${name}`, name];
    const { members } = this.#constraints;
    for (const each of names)
      for (const key of [`${this.#operation}.${each}`, each])
        if (Object.hasOwn(members, key)) return members[key];
    return undefined;
  }

  #inside(shape: Shape, name: string, limit?: Constraint): Visit | undefined {
    switch (shape.kind) {
      case "structure":
      case "union": {
        if (shape.eventStream) return undefined;
        const checks = this.structure(shape, name);
        return (value, path, found) => {
          if (isRecord(value)) visitMembers(checks, value, `${path}.`, found);
        };
      }
      case "list":
        return bounded(limit?.max, this.#items(shape.member.target, name));
      case "map": {
        const inside = this.#inside(shape.value.target, name);
        return bounded(
          limit?.max,
          inside &&
            ((value, path, found) => {
              if (!isRecord(value)) return;
              for (const [key, item] of Object.entries(value))
                inside(item, `${path}.${key}`, found);
            }),
        );
      }
      default:
        return undefined;
    }
  }

  /** Items that aren't structures are reported by their list, with everything that each must be. */
  #items(shape: Shape, name: string): Visit | undefined {
    const inside = this.#inside(shape, name);
    if (inside)
      return (value, path, found) => {
        if (!Array.isArray(value)) return;
        for (const [index, item] of value.entries())
          inside(item, `${path}.${index + 1}.member`, found);
      };
    const limit = this.#limit(`${name}.member`);
    if (!limit) return undefined;
    return (value, path, found) => {
      if (!Array.isArray(value)) return;
      const broken: Violation[] = [];
      for (const item of value) checkValue(item, limit, () => path, broken);
      if (broken.length === 0) return;
      const rule = `Member must satisfy constraint: [${rulesOf(limit).join(", ")}]`;
      found.push({ path, rule, value });
    };
  }
}

/** Visits a list or map of at most `max` items, or as many as any may have. */
function bounded(max: number | undefined, inside: Visit | undefined): Visit {
  const most = Math.max(max ?? 0, ITEMS_MAX);
  return (value, path, found) => {
    const length = Array.isArray(value)
      ? value.length
      : isRecord(value)
        ? Object.keys(value).length
        : 0;
    if (length <= most) return inside?.(value, path, found);
    // The member's own limit has been checked.
    if (max !== undefined) return;
    const rule = `Member must have length less than or equal to ${ITEMS_MAX}`;
    found.push({ path, rule, excess: { max: ITEMS_MAX, length } });
  };
}

export function beanName(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
