import type { NoteKey } from "./key-offsets.ts";
import { MAX_NESTING } from "./limits.ts";
import type { MapValue, Value } from "./value.ts";

/** Says that a text isn't JSON, and from which character on. */
export class JsonSyntaxError extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super("not JSON");
    this.offset = offset;
  }
}

/**
 * Reads JSON. The last of equal keys counts, as it does for AWS. A number that doesn't survive as
 * a number, such as one of thirty digits, stays text.
 *
 * @throws JsonSyntaxError, with the place at which the text isn't JSON.
 */
export function readJson(text: string, noteKey?: NoteKey): Value {
  return new JsonReader(text, noteKey).read();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPES = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

class JsonReader {
  readonly #text: string;
  readonly #noteKey: NoteKey | undefined;
  #at = 0;
  #depth = 0;

  constructor(text: string, noteKey: NoteKey | undefined) {
    this.#text = text;
    this.#noteKey = noteKey;
  }

  read(): Value {
    if (this.#text.startsWith("\ufeff")) this.#at = 1;
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#refuse();
    return value;
  }

  #value(): Value {
    switch (this.#text[this.#at]) {
      case "{":
        return this.#nested(() => this.#map());
      case "[":
        return this.#nested(() => this.#list());
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_NESTING) this.#refuse();
    const value = read();
    this.#depth--;
    return value;
  }

  #map(): MapValue {
    const pairs: [string, Value][] = [];
    const offsets: number[] = [];
    this.#at++;
    this.#space();
    if (!this.#skip("}")) {
      do {
        this.#space();
        offsets.push(this.#at);
        const key = this.#string();
        this.#space();
        if (!this.#skip(":")) this.#refuse();
        this.#space();
        pairs.push([key, this.#value()]);
        this.#space();
      } while (this.#skip(","));
      if (!this.#skip("}")) this.#refuse();
    }
    const map = Object.fromEntries(pairs);
    const noteKey = this.#noteKey;
    if (noteKey) pairs.forEach(([key], index) => void noteKey(map, key, offsets[index] ?? 0));
    return map;
  }

  #list(): Value[] {
    const items: Value[] = [];
    this.#at++;
    this.#space();
    if (this.#skip("]")) return items;
    do {
      this.#space();
      items.push(this.#value());
      this.#space();
    } while (this.#skip(","));
    if (!this.#skip("]")) this.#refuse();
    return items;
  }

  #string(): string {
    if (!this.#skip('"')) this.#refuse();
    let value = this.#plain();
    while (!this.#skip('"')) {
      if (!this.#skip("\\")) this.#refuse();
      value += this.#escape() + this.#plain();
    }
    return value;
  }

  /** The characters of a string up to one that ends it, begins an escape or may not be in it. */
  #plain(): string {
    const from = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      // Past the text's end there is no code.
      if (!(code >= 0x20) || code === 0x22 || code === 0x5c) break;
      this.#at++;
    }
    return this.#text.slice(from, this.#at);
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? "";
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 1, this.#at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#refuse();
      this.#at += 5;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const escaped = ESCAPES.get(letter);
    if (escaped === undefined) this.#refuse();
    this.#at++;
    return escaped;
  }

  #number(): number | string {
    const text = this.#match(NUMBER);
    if (text === "") this.#refuse();
    return numberOrText(text);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#refuse();
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #space(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code <= 0x20) this.#match(SPACE);
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** AWS names the place after a character that it doesn't expect. */
  #refuse(): never {
    throw new JsonSyntaxError(Math.min(this.#at + 1, this.#text.length));
  }
}

/** The number that a text says, or the text where a number would lose digits of it. */
export function numberOrText(text: string): number | string {
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}
