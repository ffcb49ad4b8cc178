/** The values of a metric, or of an expression, over the time that is asked for. */
export interface Series {
  readonly label: string;
  /** By their times, in ascending order. */
  readonly points: ReadonlyMap<number, number>;
  /** A metric's own: the period in seconds. */
  readonly periodSeconds?: number;
}

export type MathValue = number | Series | readonly Series[];

/** The expression is none that can be computed. */
export class MathError extends Error {
  override readonly name = "MathError";
}

export function isSeries(value: MathValue): value is Series {
  return typeof value === "object" && "points" in value;
}

export function isArray(value: MathValue): value is readonly Series[] {
  return Array.isArray(value);
}

/** Points that all expressions of a request may go through together. */
const POINTS_MAX = 1_000_000;
/** Those of one operator or function: as many as an answer has (GetMetricData, MaxDatapoints). */
const STEP_POINTS_MAX = 100_800;
/** So many take some milliseconds; then others get a turn. */
const TURN_POINTS = 20_000;

/** The time of a request's expressions, and the work that they may be. */
export class MathFrame {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
  #left = POINTS_MAX;
  #step = 0;
  #turn = 0;

  constructor({ fromMs, toMs, periodMs }: { fromMs: number; toMs: number; periodMs: number }) {
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.periodMs = periodMs;
  }

  /** Begins an operator or function, which goes through these values. Throws MathError. */
  begin(values: readonly MathValue[]): void {
    this.#step = 0;
    for (const value of values)
      if (typeof value !== "number")
        for (const { points } of isSeries(value) ? [value] : value) this.#spend(points.size);
  }

  /** Counts the characters of an expression that is read. */
  read(text: string): void {
    this.#turn += text.length;
  }

  /** Whether so much is done that others should have a turn; then the next one begins. */
  isTurnOver(): boolean {
    if (this.#turn < TURN_POINTS) return false;
    this.#turn = 0;
    return true;
  }

  #spend(points: number): void {
    this.#step += points;
    this.#turn += points;
    this.#left -= points;
    if (this.#step > STEP_POINTS_MAX || this.#left < 0)
      throw new MathError("The expressions are too much work");
  }

  /** Makes a series of values that are numbers: others are dropped. */
  series(label: string, entries: Iterable<readonly [number, number]>): Series {
    const points = new Map<number, number>();
    for (const [atMs, value] of entries) {
      if (Number.isFinite(value)) points.set(atMs, value);
    }
    return { label, points };
  }

  /** Every period's beginning. Throws MathError before the first of too many. */
  *times(): Iterable<number> {
    this.#spend((this.toMs - this.fromMs) / this.periodMs);
    for (let atMs = this.fromMs; atMs < this.toMs; atMs += this.periodMs) yield atMs;
  }

  map(series: Series, compute: (value: number, atMs: number) => number): Series {
    const entries = function* () {
      for (const [atMs, value] of series.points) yield [atMs, compute(value, atMs)] as const;
    };
    return this.series(series.label, entries());
  }
}

/** The times at which one of the series has a value, in ascending order. */
export function timesOf(all: readonly Series[]): readonly number[] {
  const [first, ...others] = all;
  if (!first) return [];
  if (others.length === 0) return [...first.points.keys()];
  const times = new Set<number>();
  for (const { points } of all) for (const atMs of points.keys()) times.add(atMs);
  return [...times].sort((one, other) => one - other);
}
