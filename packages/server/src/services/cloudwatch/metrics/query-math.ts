import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { missingParameter, validationError } from "../errors.ts";
import type { Series } from "../math/math-values.ts";
import { ExpressionError, RequestMath } from "../math/request-math.ts";
import type { MetricWindow } from "./metric-store.ts";

type Query = cloudwatch.MetricDataQuery;
type Result = cloudwatch.MetricDataResult;
type WindowOf = (periodSeconds: number | undefined) => MetricWindow;

/** The expressions of a GetMetricData request, and the metrics that they may be of. */
export class QueryMath {
  readonly #queries: readonly Query[];
  readonly #metrics = new Map<string, Series>();
  readonly #expressions: ReadonlyMap<string, string>;
  #window: MetricWindow | undefined;

  constructor(queries: readonly Query[]) {
    this.#queries = queries;
    this.#expressions = new Map(
      queries.flatMap(({ Id = "", Expression }) =>
        Expression === undefined ? [] : [[Id, Expression] as const],
      ),
    );
  }

  /** There are expressions, so that all metrics are read, those that aren't returned too. */
  get isWanted(): boolean {
    return this.#expressions.size > 0;
  }

  /** Adds a metric's values. Throws ValidationError for one of another period than the others. */
  add(
    id = "",
    label: string,
    window: MetricWindow,
    values: readonly (readonly [number, number])[],
  ): void {
    if (!this.isWanted) return;
    if (this.#window && this.#window.periodMs !== window.periodMs)
      throw validationError("Rolecast's metric math has no metrics of different periods.");
    this.#window = window;
    const periodSeconds = window.periodMs / 1_000;
    this.#metrics.set(id, { label, points: new Map(values), periodSeconds });
  }

  /** The results of the expressions that return data. Throws ValidationError. */
  async results(windowOf: WindowOf, isAscending: boolean): Promise<readonly Result[]> {
    if (!this.isWanted) return [];
    const window = this.#windowOf(windowOf);
    const expressions = this.#expressions;
    const math = new RequestMath({ ...window, metrics: this.#metrics, expressions });
    const results: Result[] = [];
    for (const { Id = "", Label, Expression, ReturnData } of this.#queries) {
      if (Expression === undefined || ReturnData === false) continue;
      await nextTurn();
      const all = await inTurns(seriesOf(math, Id));
      const label = (series: Series) =>
        all.length === 1 ? (Label ?? Id) : [Label, series.label].filter(Boolean).join(" ");
      for (const series of all) {
        const points = [...series.points];
        if (!isAscending) points.reverse();
        results.push({
          ...{ Id, Label: label(series), StatusCode: "Complete" },
          Timestamps: points.map(([atMs]) => new Date(atMs)),
          Values: points.map(([, value]) => value),
        });
      }
    }
    return results;
  }

  /** The series of the one expression that returns data. Throws ValidationError. */
  seriesOfReturned(windowOf: WindowOf): readonly Series[] {
    const window = this.#windowOf(windowOf);
    const expressions = this.#expressions;
    const math = new RequestMath({ ...window, metrics: this.#metrics, expressions });
    const returned = this.#queries.find(({ ReturnData }) => ReturnData !== false);
    const computing = seriesOf(math, returned?.Id ?? "");
    // An alarm's are few values.
    for (;;) {
      const { done, value } = computing.next();
      if (done) return value;
    }
  }

  /** Puts results in the order of their queries. */
  inOrder(results: readonly Result[]): readonly Result[] {
    const places = new Map(this.#queries.map(({ Id }, index) => [Id, index] as const));
    const placeOf = ({ Id }: Result) => places.get(Id) ?? 0;
    return results.toSorted((one, other) => placeOf(one) - placeOf(other));
  }

  /** The metrics' window; of expressions without any, that of their own period. */
  #windowOf(windowOf: WindowOf): MetricWindow {
    const periods = this.#queries.flatMap(({ Expression, Period }) =>
      Expression === undefined || Period === undefined ? [] : [Period],
    );
    const [first] = periods;
    const window = this.#window ?? (first === undefined ? undefined : windowOf(first));
    if (!window) throw missingParameter("Period");
    if (periods.some((period) => windowOf(period).periodMs !== window.periodMs))
      throw validationError("Rolecast's metric math has no other period than its metrics'.");
    return window;
  }
}

function* seriesOf(math: RequestMath, id: string): Generator<void, readonly Series[]> {
  try {
    return yield* math.seriesOf(id);
  } catch (error) {
    if (error instanceof ExpressionError) throw validationError(error.message);
    throw error;
  }
}

async function inTurns<Result>(computing: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = computing.next();
    if (done) return value;
    await nextTurn();
  }
}
