/** A condition operator as its name describes it. IAM User Guide, "Condition operators". */
export interface ConditionOperator {
  family: OperatorFamily;
  /** The comparison of numbers and dates; "Equals" for all others. */
  comparison: Comparison;
  /** Holds when no policy value matches, and for a missing key. */
  negated: boolean;
  ifExists: boolean;
  set: "all" | "any" | undefined;
}

export type OperatorFamily =
  | "stringEquals"
  | "stringEqualsIgnoreCase"
  | "stringLike"
  | "arnLike"
  | "bool"
  | "binaryEquals"
  | "ipAddress"
  | "numeric"
  | "date"
  | "null";

export type Comparison =
  | "Equals"
  | "LessThan"
  | "LessThanEquals"
  | "GreaterThan"
  | "GreaterThanEquals";

type Base = Pick<ConditionOperator, "family" | "comparison" | "negated">;

function base(family: OperatorFamily, negated = false, comparison: Comparison = "Equals"): Base {
  return { family, comparison, negated };
}

function comparisons(family: "numeric" | "date"): readonly (readonly [string, Base])[] {
  return [
    [`${family}equals`, base(family)],
    [`${family}notequals`, base(family, true)],
    [`${family}lessthan`, base(family, false, "LessThan")],
    [`${family}lessthanequals`, base(family, false, "LessThanEquals")],
    [`${family}greaterthan`, base(family, false, "GreaterThan")],
    [`${family}greaterthanequals`, base(family, false, "GreaterThanEquals")],
  ];
}

/** Lower-cased base names, since AWS takes operators in any case. */
const BASES: ReadonlyMap<string, Base> = new Map([
  ["stringequals", base("stringEquals")],
  ["stringnotequals", base("stringEquals", true)],
  ["stringequalsignorecase", base("stringEqualsIgnoreCase")],
  ["stringnotequalsignorecase", base("stringEqualsIgnoreCase", true)],
  ["stringlike", base("stringLike")],
  ["stringnotlike", base("stringLike", true)],
  ["arnequals", base("arnLike")],
  ["arnnotequals", base("arnLike", true)],
  ["arnlike", base("arnLike")],
  ["arnnotlike", base("arnLike", true)],
  ["bool", base("bool")],
  ["binaryequals", base("binaryEquals")],
  ["ipaddress", base("ipAddress")],
  ["notipaddress", base("ipAddress", true)],
  ["null", base("null")],
  ...comparisons("numeric"),
  ...comparisons("date"),
]);

const SETS = [
  ["", undefined],
  ["forallvalues:", "all"],
  ["foranyvalue:", "any"],
] as const;

/** Every operator with all its modifiers. Null has no IfExists. */
const OPERATORS = new Map<string, ConditionOperator>();
for (const [name, found] of BASES) {
  for (const [prefix, set] of SETS) {
    OPERATORS.set(`${prefix}${name}`, { ...found, ifExists: false, set });
    if (found.family !== "null") {
      OPERATORS.set(`${prefix}${name}ifexists`, { ...found, ifExists: true, set });
    }
  }
}

/** Every operator without modifiers, as AWS spells it. */
export const OPERATOR_NAMES: readonly string[] = [
  ...["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
  ...["StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
  ...["Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"],
  ...["Numeric", "Date"].flatMap((family) =>
    ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"].map(
      (comparison) => `${family}${comparison}`,
    ),
  ),
];

/** Reads an operator's name, in any case; undefined when there is no such operator. */
export function readConditionOperator(name: string): ConditionOperator | undefined {
  return OPERATORS.get(name.toLowerCase());
}
