import type { PatternToken } from "../compile/pattern-tokens.ts";
import type { AutomatonPattern } from "./pattern-automaton.ts";
import type { AutomatonOf, Settle } from "./patterns-of.ts";

type Tokens = readonly PatternToken[];

/**
 * The patterns of one element or condition, built when a search first needs them: most pairs of
 * statements are told apart by their actions' beginnings.
 */
export class PatternList {
  /** The literal texts with which the patterns begin. */
  readonly prefixes: readonly string[];
  readonly #values: readonly Tokens[];
  readonly #automatonOf: AutomatonOf;
  readonly #settle: { readonly most: Settle; readonly least: Settle };
  #most: readonly AutomatonPattern[] | undefined;
  #least: readonly AutomatonPattern[] | undefined;

  /**
   * @param settle - what variables stand for where the patterns are to cover as much as they may,
   *   and where they are to cover no more than they must
   */
  constructor(
    values: readonly Tokens[],
    automatonOf: AutomatonOf,
    settle: { readonly most: Settle; readonly least: Settle },
  ) {
    this.prefixes = values.map(([first]) => (first?.kind === "literal" ? first.text : ""));
    this.#values = values;
    this.#automatonOf = automatonOf;
    this.#settle = settle;
  }

  /** For what must match: a proof takes the larger set. */
  get most(): readonly AutomatonPattern[] {
    this.#most ??= this.#build(this.#settle.most);
    return this.#most;
  }

  /** For what must not match. */
  get least(): readonly AutomatonPattern[] {
    this.#least ??=
      this.#settle.most === this.#settle.least ? this.most : this.#build(this.#settle.least);
    return this.#least;
  }

  #build(settle: Settle): readonly AutomatonPattern[] {
    return this.#values
      .map((tokens) => this.#automatonOf(tokens, settle))
      .filter((pattern) => pattern !== "never");
  }
}
