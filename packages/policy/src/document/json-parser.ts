import type { JsonArray, JsonLiteral, JsonMember, JsonNode, JsonObject } from "./json-node.ts";

/**
 * Eight times the IAM API's policyDocumentType (131,072 characters), which some of AWS's own
 * managed policies exceed. Services hold callers to their own, smaller limits.
 */
const MAX_POLICY_TEXT_LENGTH = 1_048_576;

/** A policy is six levels deep at most; more is an attack on the stack. */
export const MAX_JSON_DEPTH = 32;

/** The text is not JSON (RFC 8259), or beyond this parser's limits. */
export class PolicyJsonError extends Error {
  override readonly name = "PolicyJsonError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS: readonly (readonly [string, JsonLiteral["type"]])[] = [
  ["true", "boolean"],
  ["false", "boolean"],
  ["null", "null"],
];

/** Parses one JSON value that fills the whole text. Throws PolicyJsonError. */
export function parseJson(text: string): JsonNode {
  if (text.length > MAX_POLICY_TEXT_LENGTH) {
    throw new PolicyJsonError("The text is too long", MAX_POLICY_TEXT_LENGTH);
  }
  const parser = new JsonParser(text);
  return parser.parseWhole();
}

class JsonParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parseWhole(): JsonNode {
    const node = this.#parseValue(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      throw this.#error("Unexpected text after the value");
    }
    return node;
  }

  #parseValue(depth: number): JsonNode {
    if (depth > MAX_JSON_DEPTH) {
      throw this.#error("Nested too deeply");
    }
    this.#skipSpace();
    const character = this.#text[this.#at];
    if (character === "{") {
      return this.#parseObject(depth);
    }
    if (character === "[") {
      return this.#parseArray(depth);
    }
    if (character === '"') {
      const start = this.#at;
      const value = this.#parseString();
      return { type: "string", start, end: this.#at, value };
    }
    return this.#parseLiteral();
  }

  #parseObject(depth: number): JsonObject {
    const start = this.#at;
    const members: JsonMember[] = [];
    this.#at += 1;
    this.#skipSpace();
    if (this.#take("}")) {
      return { type: "object", start, end: this.#at, members };
    }
    do {
      this.#skipSpace();
      const keyStart = this.#at;
      const key = this.#parseString("an element's name in double quotes");
      this.#skipSpace();
      this.#expect(":");
      members.push({ key, keyStart, value: this.#parseValue(depth + 1) });
      this.#skipSpace();
    } while (this.#take(","));
    this.#expect("}", 'a comma or "}"');
    return { type: "object", start, end: this.#at, members };
  }

  #parseArray(depth: number): JsonArray {
    const start = this.#at;
    const items: JsonNode[] = [];
    this.#at += 1;
    this.#skipSpace();
    if (this.#take("]")) {
      return { type: "array", start, end: this.#at, items };
    }
    do {
      items.push(this.#parseValue(depth + 1));
      this.#skipSpace();
    } while (this.#take(","));
    this.#expect("]", 'a comma or "]"');
    return { type: "array", start, end: this.#at, items };
  }

  #parseString(expected = "a string"): string {
    const start = this.#at;
    if (!this.#take('"')) {
      throw this.#error(`Expected ${expected}`);
    }
    let escaped = false;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code) || code < 0x20) {
        throw this.#error("A string has no end on its line");
      }
      this.#at += 1;
      if (code === 0x22) {
        break;
      }
      if (code === 0x5c) {
        escaped = true;
        this.#at += 1;
      }
    }
    return escaped ? this.#unescape(start) : this.#text.slice(start + 1, this.#at - 1);
  }

  #unescape(start: number): string {
    try {
      const value: unknown = JSON.parse(this.#text.slice(start, this.#at));
      return String(value);
    } catch {
      throw new PolicyJsonError("Invalid escape in a string", start);
    }
  }

  #parseLiteral(): JsonLiteral {
    const start = this.#at;
    for (const [word, type] of WORDS) {
      if (this.#text.startsWith(word, start)) {
        this.#at += word.length;
        return { type, start, end: this.#at, text: word };
      }
    }
    NUMBER.lastIndex = start;
    const number = NUMBER.exec(this.#text);
    if (number === null) {
      throw this.#error("Expected a value");
    }
    this.#at += number[0].length;
    return { type: "number", start, end: this.#at, text: number[0] };
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        return;
      }
      this.#at += 1;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #expect(character: string, expected = `"${character}"`): void {
    if (!this.#take(character)) {
      throw this.#error(`Expected ${expected}`);
    }
  }

  #error(message: string): PolicyJsonError {
    return new PolicyJsonError(message, this.#at);
  }
}
