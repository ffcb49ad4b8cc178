import type { Constraint, Violation } from "../kernel/constraints.ts";

const NOT_NULL_RULE = "Member must not be null";
export const ENUM_RULE = "Member must satisfy enum value set";

/** Everything that an item must be, where AWS's sentence doesn't say what of it was broken. */
export function rulesOf({ values, max, min, pattern, notNull }: Constraint): readonly string[] {
  if (values) return [enumRule(values)];
  return [
    ...(max === undefined ? [] : [`Member must have length less than or equal to ${max}`]),
    ...(min === undefined ? [] : [`Member must have length greater than or equal to ${min}`]),
    ...(pattern === undefined
      ? []
      : [`Member must satisfy regular expression pattern: ${pattern}`]),
    ...(notNull ? [NOT_NULL_RULE] : []),
  ];
}

/** An empty text that a member may be isn't one of its enumeration's values. */
function enumRule(values: readonly string[]): string {
  return `${ENUM_RULE}: [${values.filter((value) => value !== "").join(", ")}]`;
}

/** A map's keys, as its values, are reported together, with everything that each must be. */
export function checkMap(
  map: Readonly<Record<string, unknown>>,
  limit: Constraint,
  { key, value }: { readonly key: Constraint; readonly value: Constraint },
  path: string,
  found: Violation[],
): void {
  const count = Object.keys(map).length;
  if (limit.max !== undefined && count > limit.max)
    found.push({
      path,
      rule: `Member must have length less than or equal to ${limit.max}`,
      excess: { max: limit.max, length: count },
    });
  if (limit.min !== undefined && count < limit.min)
    found.push({ path, rule: `Member must have length greater than or equal to ${limit.min}` });
  const check = (what: string, each: readonly unknown[], limit: Constraint) => {
    const broken: Violation[] = [];
    for (const item of each) checkValue(item, limit, () => path, broken);
    if (broken.length === 0) return;
    found.push({ path, rule: `${what} must satisfy constraint: [${rulesOf(limit).join(", ")}]` });
  };
  check("Map keys", Object.keys(map), key);
  check("Map value", Object.values(map), value);
}

function isOneOf({ anyCase }: Constraint, values: readonly string[], value: string): boolean {
  return values.includes(anyCase ? value.toUpperCase() : value);
}

export function checkValue(
  value: unknown,
  limit: Constraint,
  path: () => string,
  found: Violation[],
): void {
  const shown = limit.secret ? {} : { value };
  const push = (rule: string) => found.push({ path: path(), rule, ...shown });
  if (typeof value === "number") {
    if (limit.whole && !Number.isSafeInteger(value)) push("Member must be a whole number");
    if (limit.min !== undefined && value < limit.min)
      push(`Member must have value greater than or equal to ${limit.min}`);
    if (limit.max !== undefined && value > limit.max)
      push(`Member must have value less than or equal to ${limit.max}`);
    return;
  }
  const isBytes = value instanceof Uint8Array;
  if (typeof value !== "string" && !Array.isArray(value) && !isBytes) return;
  if (limit.values && typeof value === "string" && !isOneOf(limit, limit.values, value))
    return void push(enumRule(limit.values));
  if (limit.max !== undefined && value.length > limit.max)
    found.push({
      path: path(),
      rule: `Member must have length less than or equal to ${limit.max}`,
      ...shown,
      excess: { max: limit.max, length: value.length },
    });
  if (limit.min !== undefined && value.length < limit.min)
    push(`Member must have length greater than or equal to ${limit.min}`);
  if (!limit.advice && limit.pattern && typeof value === "string" && !matches(limit, value))
    push(`Member must satisfy regular expression pattern: ${limit.pattern}`);
}

const compiledPatterns = new Map<string, RegExp>();

export function matches({ pattern = ".*" }: Constraint, value: string): boolean {
  let compiled = compiledPatterns.get(pattern);
  if (!compiled) {
    // AWS's patterns escape hyphens everywhere, which this dialect allows in classes only.
    compiled = new RegExp(`^(?:${pattern.replaceAll("\\-", "\\x2d")})$`, "u");
    compiledPatterns.set(pattern, compiled);
  }
  return compiled.test(value);
}
