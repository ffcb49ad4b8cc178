import type { Operation } from "@rolecast/wire";
import type { Violation } from "../kernel/constraints.ts";

type StructureShape = NonNullable<Operation["input"]>;

const RULE = "Member must not be null";

/** Finds the required members that `input` lacks, at every depth that it has. */
export function findMissingMembers(
  shape: StructureShape,
  input: Readonly<Record<string, unknown>>,
  prefix = "",
): Violation[] {
  const missing: Violation[] = [];
  for (const { name, required, target } of shape.members) {
    const value = input[name];
    const path = `${prefix}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    if (value === undefined || value === null) {
      if (required) missing.push({ path, rule: RULE, value: null });
    } else if (target.kind === "structure" && isRecord(value)) {
      missing.push(...findMissingMembers(target, value, `${path}.`));
    } else if (target.kind === "list" && Array.isArray(value)) {
      const item = target.member.target;
      if (item.kind !== "structure") continue;
      for (const [index, entry] of value.entries()) {
        if (isRecord(entry)) {
          missing.push(...findMissingMembers(item, entry, `${path}.${index + 1}.member.`));
        }
      }
    }
  }
  return missing;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
