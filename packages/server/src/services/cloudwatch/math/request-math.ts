import { evaluate } from "./evaluate.ts";
import { isSeries, MathError, MathFrame, type MathValue, type Series } from "./math-values.ts";
import { MathSyntaxError, parseExpression } from "./parse-expression.ts";

/** An expression of a request that can't be computed, with the reason. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";

  constructor(id: string, reason: string) {
    super(`Error in expression '${id}': ${reason}`);
  }
}

export interface MathRequest {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
  readonly metrics: ReadonlyMap<string, Series>;
  /** Their texts by their ids. */
  readonly expressions: ReadonlyMap<string, string>;
}

/**
 * Computes expressions, each at most once, also those that others name. Throws ExpressionError.
 */
export class RequestMath {
  readonly #request: MathRequest;
  readonly #frame: MathFrame;
  readonly #values = new Map<string, MathValue>();
  readonly #underWay = new Set<string>();

  constructor(request: MathRequest) {
    this.#request = request;
    this.#frame = new MathFrame(request);
  }

  /** The time series that an expression is; yields where others should have a turn. */
  *seriesOf(id: string): Generator<void, readonly Series[]> {
    const value = yield* this.#valueOf(id);
    if (value === undefined) return [];
    if (typeof value === "number")
      throw new ExpressionError(id, "it is a number, where a time series must be");
    return isSeries(value) ? [value] : value;
  }

  *#valueOf(id: string): Generator<void, MathValue | undefined> {
    const { metrics, expressions } = this.#request;
    const known = metrics.get(id) ?? this.#values.get(id);
    const text = expressions.get(id);
    if (known !== undefined || text === undefined) return known;
    if (this.#underWay.has(id)) throw new ExpressionError(id, "it comes back to itself");
    this.#underWay.add(id);
    try {
      const names = { valueOf: (name: string) => this.#valueOf(name), metrics };
      this.#frame.read(text);
      const value = yield* evaluate(parseExpression(text), names, this.#frame);
      this.#values.set(id, value);
      return value;
    } catch (error) {
      if (error instanceof MathError || error instanceof MathSyntaxError)
        throw new ExpressionError(id, error.message);
      throw error;
    } finally {
      this.#underWay.delete(id);
    }
  }
}
