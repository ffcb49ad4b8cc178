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

/** A word that some functions take for an argument: `REPEAT`, `AVG`, `DESC`. */
export interface Word {
  readonly word: string;
}

export type Argument = MathValue | Word | undefined;

export interface MathCall {
  /** Names the function in errors. */
  readonly name: string;
  readonly args: readonly Argument[];
  readonly frame: MathFrame;
}

type MathFunction = (call: MathCall) => MathValue;
type Reduce = (values: readonly number[]) => number;

const sum: Reduce = (values) => values.reduce((total, value) => total + value, 0);
const average: Reduce = (values) => sum(values) / values.length;
const most: Reduce = (values) => values.reduce((one, other) => Math.max(one, other), -Infinity);
const least: Reduce = (values) => values.reduce((one, other) => Math.min(one, other), Infinity);

/** The deviation of all values, not of a sample of them. */
const deviation: Reduce = (values) => {
  const middle = average(values);
  return Math.sqrt(average(values.map((value) => (value - middle) ** 2)));
};

const SORTED_BY: Readonly<Record<string, Reduce>> = {
  ...{ AVG: average, SUM: sum, MAX: most, MIN: least },
};

/** The functions but METRICS and IF. Source: CloudWatch user guide, "Using metric math". */
export const MATH_FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ABS: each(Math.abs),
  CEIL: each(Math.ceil),
  FLOOR: each(Math.floor),
  LOG: each(Math.log),
  LOG10: each(Math.log10),
  SUM: reduce(sum),
  MAX: reduce(most),
  MIN: reduce(least),
  STDDEV: reduce(deviation),
  DATAPOINT_COUNT: reduce((values) => values.length),
  // The one of them for which a value that is missing counts as 0.
  AVG: reduce(average, (values, all) => sum(values) / all),
  DIFF: consecutive((value, before) => value - before),
  DIFF_TIME: consecutive((_value, _before, seconds) => seconds),
  RATE: consecutive((value, before, seconds) => (value - before) / seconds),
  RUNNING_SUM: eachSeries((series, frame) => {
    let total = 0;
    return frame.map(series, (value) => {
      total += value;
      return total;
    });
  }),
  FILL: fill,
  EPOCH: byTime((time) => Math.floor(time.getTime() / 1_000)),
  MINUTE: byTime((time) => time.getUTCMinutes()),
  HOUR: byTime((time) => time.getUTCHours()),
  // Monday is 1.
  DAY: byTime((time) => time.getUTCDay() || 7),
  DATE: byTime((time) => time.getUTCDate()),
  MONTH: byTime((time) => time.getUTCMonth() + 1),
  YEAR: byTime((time) => time.getUTCFullYear()),
  PERIOD: (call) => {
    const { periodSeconds } = seriesIn(call, 0);
    if (periodSeconds === undefined) throw wrong(call, "a metric");
    return periodSeconds;
  },
  TIME_SERIES: (call) => {
    const value = numberIn(call, 0);
    return call.frame.series(
      "",
      pairs(call.frame.times(), () => value),
    );
  },
  FIRST: (call) => arrayIn(call)[0] ?? call.frame.series("", []),
  LAST: (call) => arrayIn(call).at(-1) ?? call.frame.series("", []),
  METRIC_COUNT: (call) => arrayIn(call).length,
  REMOVE_EMPTY: (call) => arrayIn(call).filter(({ points }) => points.size > 0),
  SLICE: (call) => {
    const end = call.args[2] === undefined ? undefined : numberIn(call, 2);
    return arrayIn(call).slice(numberIn(call, 1), end);
  },
  SORT: sort,
};

function wrong({ name }: Pick<MathCall, "name">, wanted: string): MathError {
  return new MathError(`Function '${name}' takes ${wanted}`);
}

function isWord(argument: Argument): argument is Word {
  return typeof argument === "object" && "word" in argument;
}

function valueIn(call: MathCall, index: number): MathValue {
  const argument = call.args[index];
  if (argument === undefined || isWord(argument)) throw wrong(call, "more arguments");
  return argument;
}

function numberIn(call: MathCall, index: number): number {
  const value = valueIn(call, index);
  if (typeof value !== "number") throw wrong(call, "a number");
  return value;
}

function seriesIn(call: MathCall, index: number): Series {
  const value = valueIn(call, index);
  if (!isSeries(value)) throw wrong(call, "a time series");
  return value;
}

function arrayIn(call: MathCall): readonly Series[] {
  const value = valueIn(call, 0);
  if (!isArray(value)) throw wrong(call, "an array of time series");
  return value;
}

function* pairs(
  times: Iterable<number>,
  compute: (atMs: number) => number | undefined,
): Iterable<readonly [number, number]> {
  for (const atMs of times) {
    const value = compute(atMs);
    if (value !== undefined) yield [atMs, value];
  }
}

/** Computes on a series, or on each one of an array. */
function eachSeries(
  compute: (series: Series, frame: MathFrame, call: MathCall) => Series,
): MathFunction {
  return (call) => {
    const value = valueIn(call, 0);
    if (typeof value === "number") throw wrong(call, "a time series");
    if (isSeries(value)) return compute(value, call.frame, call);
    return value.map((series) => compute(series, call.frame, call));
  };
}

function each(compute: (value: number) => number): MathFunction {
  return eachSeries((series, frame) => frame.map(series, compute));
}

/** Computes on each value and the one before it; the first has none. */
function consecutive(
  compute: (value: number, before: number, seconds: number) => number,
): MathFunction {
  return eachSeries((series, frame) => {
    let last: readonly [number, number] | undefined;
    return frame.map(series, (value, atMs) => {
      const before = last;
      last = [atMs, value];
      return before ? compute(value, before[1], (atMs - before[0]) / 1_000) : Number.NaN;
    });
  });
}

/** A number of a series' values; of an array's, a series of the values of each time. */
function reduce(
  compute: Reduce,
  ofArray: (values: readonly number[], all: number) => number = compute,
): MathFunction {
  return (call) => {
    const value = valueIn(call, 0);
    if (typeof value === "number") throw wrong(call, "a time series");
    if (isSeries(value))
      return value.points.size === 0 ? Number.NaN : compute([...value.points.values()]);
    const at = (atMs: number) => {
      const values = value.flatMap(({ points }) => points.get(atMs) ?? []);
      return ofArray(values, value.length);
    };
    return call.frame.series("", pairs(timesOf(value), at));
  };
}

function byTime(compute: (time: Date) => number): MathFunction {
  return (call) => {
    const { label } = seriesIn(call, 0);
    return call.frame.series(
      label,
      pairs(call.frame.times(), (atMs) => compute(new Date(atMs))),
    );
  };
}

function fill(call: MathCall): MathValue {
  const filler = call.args[1];
  if (filler === undefined || isArrayArgument(filler))
    throw wrong(call, "a number, a time series, REPEAT or LINEAR");
  return eachSeries((series, frame) => {
    const times = [...new Set([...frame.times(), ...series.points.keys()])].sort((a, b) => a - b);
    return frame.series(series.label, pairs(times, fillerOf(filler, series, call)));
  })(call);
}

function isArrayArgument(argument: Argument): argument is readonly Series[] {
  return Array.isArray(argument);
}

function fillerOf(
  filler: number | Series | Word,
  { points }: Series,
  call: MathCall,
): (atMs: number) => number | undefined {
  if (typeof filler === "number") return (atMs) => points.get(atMs) ?? filler;
  if (!isWord(filler)) return (atMs) => points.get(atMs) ?? filler.points.get(atMs);
  if (filler.word === "REPEAT") {
    let last: number | undefined;
    return (atMs) => {
      last = points.get(atMs) ?? last;
      return last;
    };
  }
  if (filler.word !== "LINEAR") throw wrong(call, "a number, a time series, REPEAT or LINEAR");
  const known = [...points];
  let next = 0;
  return (atMs) => {
    while ((known[next]?.[0] ?? Infinity) < atMs) next += 1;
    const after = known[next];
    if (after?.[0] === atMs) return after[1];
    const before = known[next - 1];
    if (!before || !after) return undefined;
    return before[1] + ((after[1] - before[1]) * (atMs - before[0])) / (after[0] - before[0]);
  };
}

function sort(call: MathCall): MathValue {
  const [, by, order] = call.args;
  const compute = by !== undefined && isWord(by) ? ownValue(SORTED_BY, by.word) : undefined;
  const direction = order !== undefined && isWord(order) ? order.word : "";
  if (!compute || !["ASC", "DESC"].includes(direction))
    throw wrong(call, "an array, one of AVG, MIN, MAX and SUM, and ASC or DESC");
  const sign = direction === "ASC" ? 1 : -1;
  const ranked = arrayIn(call).map((series) => {
    const values = [...series.points.values()];
    // A series without values comes last, whatever the order.
    return { series, rank: values.length === 0 ? Infinity : sign * compute(values) };
  });
  ranked.sort((one, other) => one.rank - other.rank || 0);
  const sorted = ranked.map(({ series }) => series);
  return call.args[3] === undefined ? sorted : sorted.slice(0, numberIn(call, 3));
}
