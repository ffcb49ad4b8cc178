import { ownValue } from "../../../kernel/own-value.ts";
import {
  isArray,
  isSeries,
  MathError,
  type MathFrame,
  type MathValue,
  type Series,
  timesOf,
} from "./math-values.ts";

type Compute = (left: number, right: number) => number;

const truth = (is: boolean) => (is ? 1 : 0);

/** Source: CloudWatch user guide, "Using metric math". Division by zero drops the datapoint. */
const OPERATORS: Readonly<Record<string, Compute>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => (right === 0 ? Number.NaN : left / right),
  "^": (left, right) => left ** right,
  "==": (left, right) => truth(left === right),
  "!=": (left, right) => truth(left !== right),
  "<": (left, right) => truth(left < right),
  "<=": (left, right) => truth(left <= right),
  ">": (left, right) => truth(left > right),
  ">=": (left, right) => truth(left >= right),
  AND: (left, right) => truth(left !== 0 && right !== 0),
  "&&": (left, right) => truth(left !== 0 && right !== 0),
  OR: (left, right) => truth(left !== 0 || right !== 0),
  "||": (left, right) => truth(left !== 0 || right !== 0),
};

/** Computes an operator of numbers and series; of two series, a value that is missing is 0. */
export function operate(
  operator: string,
  left: MathValue,
  right: MathValue,
  frame: MathFrame,
): MathValue {
  const compute = ownValue(OPERATORS, operator);
  if (!compute) throw new MathError(`Operator '${operator}' not found`);
  if (isArray(left)) {
    if (isArray(right)) throw new MathError(`Two arrays can't be operands of ${operator}`);
    return left.map((each) => ofPair(each, right, compute, frame));
  }
  if (isArray(right)) {
    return right.map((each) => ({ ...ofPair(left, each, compute, frame), label: each.label }));
  }
  if (isSeries(left) || isSeries(right)) return ofPair(left, right, compute, frame);
  return compute(left, right);
}

function ofPair(
  left: number | Series,
  right: number | Series,
  compute: Compute,
  frame: MathFrame,
): Series {
  if (typeof left === "number") return frame.map(right as Series, (value) => compute(left, value));
  if (typeof right === "number") return frame.map(left, (value) => compute(value, right));
  const entries = function* () {
    for (const atMs of timesOf([left, right]))
      yield [atMs, compute(left.points.get(atMs) ?? 0, right.points.get(atMs) ?? 0)] as const;
  };
  return frame.series(left.label, entries());
}
