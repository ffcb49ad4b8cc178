/** Below this length the engine's own search can't take long. */
const SHORT_LENGTH_MAX = 16;

/**
 * Finds a text in time that grows with the searched text's length alone. `indexOf` takes the
 * product of both lengths for texts that are chosen for that. Source: Knuth, Morris and Pratt.
 */
export class SearchText {
  readonly #text: string;
  /** At each place, the length of the longest beginning of the text that ends there too. */
  readonly #borders: Int32Array;

  constructor(text: string) {
    this.#text = text;
    this.#borders = new Int32Array(text.length > SHORT_LENGTH_MAX ? text.length : 0);
    let length = 0;
    for (let at = 1; at < this.#borders.length; at++) {
      length = this.#longer(length, text.charCodeAt(at));
      this.#borders[at] = length;
    }
  }

  get length(): number {
    return this.#text.length;
  }

  /** Returns where the text begins in `value`, from a place on; -1 if it isn't there. */
  indexIn(value: string, from: number): number {
    if (this.length <= SHORT_LENGTH_MAX) return value.indexOf(this.#text, from);
    let length = 0;
    for (let at = from; at < value.length; at++) {
      length = this.#longer(length, value.charCodeAt(at));
      if (length === this.length) return at - length + 1;
    }
    return -1;
  }

  /** The longest beginning that ends with this character, after `length` matching characters. */
  #longer(length: number, code: number): number {
    let current = length;
    while (current > 0 && this.#text.charCodeAt(current) !== code)
      current = this.#borders[current - 1] ?? 0;
    return this.#text.charCodeAt(current) === code ? current + 1 : current;
  }
}
