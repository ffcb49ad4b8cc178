import type { Constraint, ServiceConstraints, Violation } from "../kernel/constraints.ts";

const NOT_NULL_RULE = "Member must not be null";
const ENUM_RULE = "Member must satisfy enum value set";
const ENUM_VALUES = /Member must satisfy enum value set: \[[^\]]*\]/;

/** Finds what `input` breaks, in the order of its members. */
export function findViolations(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  constraints: ServiceConstraints,
): readonly Violation[] {
  const violations: Violation[] = [];
  visitStructure(operation, input, "", constraints, violations);
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

function visitStructure(
  operation: string,
  structure: Readonly<Record<string, unknown>>,
  prefix: string,
  constraints: ServiceConstraints,
  found: Violation[],
  parent?: string,
): void {
  const limits = limitsOf(constraints, operation);
  for (const member in structure) {
    const value = structure[member];
    if (value === undefined || value === null) continue;
    const inParent = parent === undefined ? undefined : limits.get(`${parent}.${member}`);
    const own = inParent ?? limits.get(member);
    // Names of members are put together for those who broke something, and for what is inside.
    const path = () => `${prefix}${beanName(member)}`;
    if (own?.entries && isStructure(value)) {
      checkMap(value, own, own.entries, path(), found);
      for (const [key, entry] of Object.entries(value))
        if (isStructure(entry))
          visitStructure(operation, entry, `${path()}.${key}.`, constraints, found);
      continue;
    }
    if (own) checkValue(value, own, path, found);
    if (Array.isArray(value)) visitList(operation, member, value, path(), constraints, found);
    else if (isStructure(value))
      visitStructure(operation, value, `${path()}.`, constraints, found, member);
  }
}

type Limits = ReadonlyMap<string, Constraint>;

const knownLimits = new WeakMap<ServiceConstraints, Map<string, Limits>>();

/** The limits of one operation's members, by name: its own before the service's. */
function limitsOf(constraints: ServiceConstraints, operation: string): Limits {
  const byOperation = knownLimits.get(constraints) ?? new Map<string, Limits>();
  knownLimits.set(constraints, byOperation);
  const known = byOperation.get(operation);
  if (known) return known;
  const all = Object.entries(constraints.members);
  const own = all.flatMap(([name, constraint]) =>
    name.startsWith(`${operation}.`)
      ? [[name.slice(operation.length + 1), constraint] as const]
      : [],
  );
  const limits = new Map([...all, ...own]);
  byOperation.set(operation, limits);
  return limits;
}

/** Items that aren't structures are reported by their list, with everything that each must be. */
function visitList(
  operation: string,
  member: string,
  list: readonly unknown[],
  path: string,
  constraints: ServiceConstraints,
  found: Violation[],
): void {
  const item =
    constraints.members[`${operation}.${member}.member`] ?? constraints.members[`${member}.member`];
  const broken: Violation[] = [];
  for (const [index, value] of list.entries()) {
    if (isStructure(value)) {
      const inside = `${path}.${index + 1}.member.`;
      visitStructure(operation, value, inside, constraints, found, member);
    } else if (item) {
      checkValue(value, item, () => path, broken);
    }
  }
  if (!item || broken.length === 0) return;
  const rule = `Member must satisfy constraint: [${rulesOf(item).join(", ")}]`;
  found.push({ path, rule, value: list });
}

function rulesOf({ values, max, min, pattern, notNull }: Constraint): readonly string[] {
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
function checkMap(
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

function checkValue(
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
  if (limit.values && typeof value === "string" && !limit.values.includes(value))
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

function matches({ pattern = ".*" }: Constraint, value: string): boolean {
  let compiled = compiledPatterns.get(pattern);
  if (!compiled) {
    // AWS's patterns escape hyphens everywhere, which this dialect allows in classes only.
    compiled = new RegExp(`^(?:${pattern.replaceAll("\\-", "\\x2d")})$`, "u");
    compiledPatterns.set(pattern, compiled);
  }
  return compiled.test(value);
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function beanName(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}
