/** Texts kept; clients send the same few in each request. */
const TEXTS_MAX = 500;
/** Longer ones are read each time. */
const TEXT_CHARS_MAX = 512;

/** Reads texts, and keeps what the short ones said. What throws isn't kept. */
export class Remembered<Value> {
  readonly #read: (text: string) => Value;
  readonly #known = new Map<string, Value>();

  constructor(read: (text: string) => Value) {
    this.#read = read;
  }

  of(text: string): Value {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const value = this.#read(text);
    if (text.length > TEXT_CHARS_MAX) return value;
    if (this.#known.size >= TEXTS_MAX) this.#known.clear();
    this.#known.set(text, value);
    return value;
  }
}
