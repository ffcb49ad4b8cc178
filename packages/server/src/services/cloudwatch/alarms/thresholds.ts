import { floatText } from "@rolecast/wire";

/** The operators that compare with a fixed threshold; others compare with a band of predictions. */
const OPERATORS = {
  GreaterThanOrEqualToThreshold: {
    words: "greater than or equal to",
    test: (value: number, threshold: number) => value >= threshold,
  },
  GreaterThanThreshold: {
    words: "greater than",
    test: (value: number, threshold: number) => value > threshold,
  },
  LessThanThreshold: {
    words: "less than",
    test: (value: number, threshold: number) => value < threshold,
  },
  LessThanOrEqualToThreshold: {
    words: "less than or equal to",
    test: (value: number, threshold: number) => value <= threshold,
  },
} as const;

export type Operator = keyof typeof OPERATORS;

export interface Threshold {
  readonly operator: Operator;
  readonly threshold: number;
}

export function isOperator(name: string): name is Operator {
  return Object.hasOwn(OPERATORS, name);
}

export function breaches(value: number, { operator, threshold }: Threshold): boolean {
  return OPERATORS[operator].test(value, threshold);
}

/** `greater than the threshold (2.0)`. */
export function comparisonOf({ operator, threshold }: Threshold): string {
  return `${OPERATORS[operator].words} the threshold (${floatText(threshold)})`;
}
