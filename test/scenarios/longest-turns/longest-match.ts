import {
  type PatternNode,
  parsePattern,
} from "../../../packages/template/src/pattern/pattern-syntax.ts";

const CANDIDATES = [..."abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_/.:=+@ ,*"];
/** The repeats that gave a text of a pattern and length. */
const repeatsOf = new Map<string, number>();
const known = new Map<string, PatternNode | undefined>();

/** A text of a length that matches a pattern, another one for each index; undefined: none known. */
export function longestMatch(pattern: string, length: number, index: number): string | undefined {
  const node = parsed(pattern);
  if (!node) return undefined;
  const whole = new RegExp(`^(?:${pattern.replaceAll("\\-", "\\x2d")})$`, "u");
  const key = `${length} ${pattern}`;
  for (let repeats = repeatsOf.get(key) ?? length; repeats > 0; repeats >>= 1) {
    repeatsOf.set(key, repeats);
    const text = new Writer(index, repeats).write(node);
    if (text.length <= length && whole.test(text)) return text;
    if (whole.test(text.slice(0, length))) return text.slice(0, length);
  }
  const short = new Writer(index, 0).write(node);
  return whole.test(short) ? short : undefined;
}

function parsed(pattern: string): PatternNode | undefined {
  if (!known.has(pattern)) {
    let node: PatternNode | undefined;
    try {
      node = parsePattern(pattern);
    } catch {
      // A kind that the parser of templates doesn't read.
    }
    known.set(pattern, node);
  }
  return known.get(pattern);
}

const candidates = new WeakMap<(character: string) => boolean, readonly string[]>();

function candidatesOf(has: (character: string) => boolean): readonly string[] {
  let found = candidates.get(has);
  if (!found) candidates.set(has, (found = CANDIDATES.filter(has)));
  return found;
}

class Writer {
  #digits: number;
  readonly #repeats: number;

  constructor(index: number, repeats: number) {
    this.#digits = index;
    this.#repeats = repeats;
  }

  write(node: PatternNode): string {
    switch (node.kind) {
      case "character": {
        const has = candidatesOf(node.has);
        const at = this.#digits % Math.max(1, has.length);
        this.#digits = Math.floor(this.#digits / Math.max(1, has.length));
        return has[at] ?? "a";
      }
      case "sequence":
        return node.of.map((each) => this.write(each)).join("");
      case "choice":
        return node.of[0] ? this.write(node.of[0]) : "";
      case "repeat": {
        const max = Math.min(node.max, Math.max(node.min, this.#repeats));
        if (node.of.kind === "character" && max > 16) {
          const start = Array.from({ length: 8 }, () => this.write(node.of)).join("");
          return start + this.write(node.of).repeat(max - 8);
        }
        let text = "";
        for (let at = 0; at < Math.min(max, 64); at++) {
          // Repeats in repeats would write without end.
          if (at >= node.min && text.length > this.#repeats) break;
          text += this.write(node.of);
        }
        return text;
      }
      case "look":
      case "place":
        return "";
    }
  }
}
