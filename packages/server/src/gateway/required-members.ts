import type { Operation } from "@rolecast/wire";
import type { ServiceConstraints, Violation } from "../kernel/constraints.ts";

type StructureShape = NonNullable<Operation["input"]>;
type Shape = StructureShape["members"][number]["target"];
type Structure = Readonly<Record<string, unknown>>;

const RULE = "Member must not be null";

/** Finds the members that `input` lacks and the service requires, whatever its model says. */
export function findAbsentMembers(
  { name, input: shape }: Operation,
  input: Structure,
  { required, optional }: Pick<ServiceConstraints, "required" | "optional">,
): Violation[] {
  const missing = shape ? findMissingMembers(shape, input) : [];
  const further = required?.[name];
  if (further)
    for (const member of further)
      if ((input[member] ?? undefined) === undefined) missing.push(absent(beanName(member)));
  if (!optional || missing.length === 0) return missing;
  return missing.filter(({ path }) => !optional.includes(path.replace(/\.\d+\./g, ".*.")));
}

function absent(path: string): Violation {
  return { path, rule: RULE, value: null };
}

/**
 * Finds the required members that `input` lacks, at every depth that it has. What passes here is
 * what the kernel's `Checked` promises to handlers.
 */
export function findMissingMembers(shape: StructureShape, input: Structure): Violation[] {
  const missing: Violation[] = [];
  visitStructure(shape, input, "", missing);
  return missing;
}

function visitStructure(
  shape: StructureShape,
  structure: Structure,
  prefix: string,
  missing: Violation[],
): void {
  for (const { name, required, target } of shape.members) {
    const value = structure[name];
    if (value === undefined || value === null) {
      if (required) missing.push(absent(prefix + beanName(name)));
    } else if (hasMembers(target)) {
      visit(target, value, prefix + beanName(name), missing);
    }
  }
}

function visit(shape: Shape, value: unknown, path: string, missing: Violation[]): void {
  switch (shape.kind) {
    case "structure":
    case "union":
      if (isRecord(value)) visitStructure(shape, value, `${path}.`, missing);
      return;
    case "list":
      if (!Array.isArray(value) || !hasMembers(shape.member.target)) return;
      for (const [index, item] of value.entries())
        visit(shape.member.target, item, `${path}.${index + 1}.member`, missing);
      return;
    case "map":
      if (!isRecord(value) || !hasMembers(shape.value.target)) return;
      for (const [key, item] of Object.entries(value))
        visit(shape.value.target, item, `${path}.${key}.member`, missing);
      return;
    default:
      return;
  }
}

/** Whether the shape can have members to check; most members are scalars. */
function hasMembers({ kind }: Shape): boolean {
  return kind === "structure" || kind === "union" || kind === "list" || kind === "map";
}

function isRecord(value: unknown): value is Structure {
  return typeof value === "object" && value !== null;
}

function beanName(member: string): string {
  return `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
}
