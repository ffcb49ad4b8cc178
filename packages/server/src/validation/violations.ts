import type { Operation } from "@rolecast/wire";
import type { Constraint, ServiceConstraints, Violation } from "../kernel/constraints.ts";
import { ENUM_RULE, matches } from "./checks.ts";
import { beanName, membersOf, visitMembers } from "./member-checks.ts";

const ENUM_VALUES = /Member must satisfy enum value set: \[[^\]]*\]/;

/** Finds what `input` breaks, in the order of its members. */
export function findViolations(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  constraints: ServiceConstraints,
): readonly Violation[] {
  const members = membersOf(operation, constraints);
  const violations: Violation[] = [];
  visitMembers(members, input, "", violations);
  const { keepsValuesToItself, tooLong } = constraints;
  if (keepsValuesToItself)
    return violations.map((one) => ({ ...one, rule: one.rule.replace(ENUM_VALUES, ENUM_RULE) }));
  if (!tooLong) return violations;
  return violations.map((one) => {
    const { path, excess } = one;
    return excess ? { ...one, sentence: tooLong(path, excess.max, excess.length) } : one;
  });
}

/** AWS lists no more, and counts no more. */
const TOLD_MAX = 10;

/** `1 validation error detected: Value at 'roleName' failed to satisfy constraint: …` */
export function validationSentence(
  violations: readonly Violation[],
  { showsValues }: Pick<ServiceConstraints, "showsValues">,
): string {
  const reported = violations.slice(0, TOLD_MAX);
  const count = reported.length;
  const each = reported.map(({ sentence, path, rule, value }) => {
    const shown = showsValues ? shownValue(value) : "";
    return sentence ?? `Value ${shown}at '${path}' failed to satisfy constraint: ${rule}`;
  });
  return `${count} validation error${count === 1 ? "" : "s"} detected: ${each.join("; ")}`;
}

/**
 * A value as Java prints it. What has structures in it isn't shown: AWS prints its classes by their
 * names.
 */
function shownValue(value: unknown): string {
  if (value === null) return "null ";
  if (Array.isArray(value))
    return value.some((item) => typeof item === "object") ? "" : `'[${value.join(", ")}]' `;
  return typeof value === "string" || typeof value === "number" ? `'${value}' ` : "";
}

/**
 * `The specified value for roleName is invalid. It must …`: the first member of `input` that only
 * advice is given about. A service looks for it once there are no violations.
 */
export function invalidValueSentence(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  constraints: ServiceConstraints,
): string | undefined {
  for (const [member, value] of Object.entries(input)) {
    const own = constraintOf(operation, member, constraints);
    if (own?.advice && typeof value === "string" && !matches(own, value))
      return `The specified value for ${beanName(member)} is invalid. ${own.advice}`;
  }
  return undefined;
}

function constraintOf(
  operation: string,
  member: string,
  { members }: ServiceConstraints,
): Constraint | undefined {
  for (const key of [`${operation}.${member}`, member])
    if (Object.hasOwn(members, key)) return members[key];
  return undefined;
}
