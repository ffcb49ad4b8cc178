import { type Argument, MATH_FUNCTIONS } from "./math-functions.ts";
import { operate } from "./math-operators.ts";
import {
  isArray,
  isSeries,
  MathError,
  type MathFrame,
  type MathValue,
  type Series,
} from "./math-values.ts";
import type { Node } from "./parse-expression.ts";

/** Finds what an expression names. */
export interface MathNames {
  /** The value of a metric or of another expression; undefined for an id that there isn't. */
  valueOf(id: string): Generator<void, MathValue | undefined>;
  /** All metrics of the request, by their ids. */
  readonly metrics: ReadonlyMap<string, Series>;
}

/** Computes an expression; yields where others should have a turn. Throws MathError. */
export function* evaluate(
  node: Node,
  names: MathNames,
  frame: MathFrame,
): Generator<void, MathValue> {
  if (frame.isTurnOver()) yield;
  switch (node.kind) {
    case "number":
      return node.value;
    case "string":
      throw new MathError(`'${node.value}' is no number and no time series`);
    case "name": {
      const value = yield* names.valueOf(node.name);
      if (value === undefined) throw new MathError(`There is no metric with the id ${node.name}`);
      return value;
    }
    case "negate":
      return operated("*", -1, yield* evaluate(node.of, names, frame), frame);
    case "binary": {
      const left = yield* evaluate(node.left, names, frame);
      return operated(node.operator, left, yield* evaluate(node.right, names, frame), frame);
    }
    case "array": {
      const items: Series[] = [];
      for (const item of node.items) items.push(...seriesOf(yield* evaluate(item, names, frame)));
      return items;
    }
    case "call":
      return yield* call(node, names, frame);
  }
}

function operated(
  operator: string,
  left: MathValue,
  right: MathValue,
  frame: MathFrame,
): MathValue {
  // A number or series beside an array is gone through with each of its series.
  const [count, single] = isArray(left)
    ? [left.length, right]
    : [isArray(right) ? right.length : 1, left];
  frame.begin([left, right, ...Array<MathValue>(Math.max(0, count - 1)).fill(single)]);
  return operate(operator, left, right, frame);
}

function seriesOf(value: MathValue): readonly Series[] {
  if (typeof value === "number") throw new MathError("An array has time series");
  return isSeries(value) ? [value] : value;
}

type Call = Extract<Node, { readonly kind: "call" }>;

function* call(
  { name, args }: Call,
  names: MathNames,
  frame: MathFrame,
): Generator<void, MathValue> {
  if (name === "METRICS") return metrics(args, names);
  if (name === "IF") return yield* choose(args, names, frame);
  const compute = Object.hasOwn(MATH_FUNCTIONS, name) ? MATH_FUNCTIONS[name] : undefined;
  if (!compute) throw new MathError(`Function '${name}' not found`);
  const values: Argument[] = [];
  const given: MathValue[] = [];
  for (const arg of args) {
    // Ids begin with a small letter, so that a word in capitals is the function's own.
    const isWord = arg.kind === "name" && /^[A-Z]/.test(arg.name);
    const value = isWord ? { word: arg.name } : yield* evaluate(arg, names, frame);
    values.push(value);
    if (typeof value === "number" || !("word" in value)) given.push(value);
  }
  frame.begin(given);
  return compute({ name, args: values, frame });
}

/** METRICS(), or METRICS("errors"): those with the text in their ids. */
function metrics([filter]: readonly Node[], { metrics: all }: MathNames): readonly Series[] {
  if (filter && filter.kind !== "string") throw new MathError("Function 'METRICS' takes a string");
  return [...all].flatMap(([id, series]) => (id.includes(filter?.value ?? "") ? [series] : []));
}

/**
 * IF(condition, value, otherwise): 0 is false. Where the condition is a series, each of its values
 * decides: what is true without a value is 0, what is false without one is dropped.
 */
function* choose(
  args: readonly Node[],
  names: MathNames,
  frame: MathFrame,
): Generator<void, MathValue> {
  const values: MathValue[] = [];
  for (const arg of args) values.push(yield* evaluate(arg, names, frame));
  const [condition, value, otherwise] = values;
  frame.begin(values);
  if (condition === undefined || value === undefined || args.length > 3)
    throw new MathError("Function 'IF' takes a condition and one or two values");
  if ([condition, value, otherwise].some((each) => each !== undefined && isArray(each)))
    throw new MathError("Function 'IF' takes no arrays");
  if (typeof condition === "number")
    return (condition === 0 ? otherwise : value) ?? frame.series("", []);
  const at = (from: MathValue | undefined, atMs: number) =>
    from !== undefined && isSeries(from) ? from.points.get(atMs) : (from as number | undefined);
  const series = condition as Series;
  return frame.map(series, (is, atMs) =>
    is === 0 ? (at(otherwise, atMs) ?? Number.NaN) : (at(value, atMs) ?? 0),
  );
}
