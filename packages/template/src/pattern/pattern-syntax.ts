/** Says that a pattern isn't a regular expression, or one of a kind that isn't supported. */
export class PatternError extends Error {}

/** A part of a regular expression. */
export type PatternNode =
  | { readonly kind: "character"; readonly has: (character: string) => boolean }
  | { readonly kind: "sequence" | "choice"; readonly of: readonly PatternNode[] }
  | {
      readonly kind: "repeat";
      readonly of: PatternNode;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: "look"; readonly of: PatternNode; readonly negated: boolean }
  | { readonly kind: "place"; readonly place: "start" | "end" | "boundary" | "inside" };

const MAX_NESTING = 50;
/** Classes of java.util.regex that JavaScript doesn't have; inside brackets. */
const POSIX: Readonly<Record<string, string>> = {
  Alnum: "a-zA-Z0-9",
  Alpha: "a-zA-Z",
  Blank: " \\t",
  Digit: "0-9",
  Lower: "a-z",
  Punct: "!-\\/:-@\\[-`{-~",
  Space: "\\s",
  Upper: "A-Z",
  XDigit: "0-9a-fA-F",
  L: "a-zA-Z\\u00aa-\\uffdc",
};

/** Reads a regular expression as Java writes it. @throws PatternError */
export function parsePattern(pattern: string): PatternNode {
  return new PatternParser(pattern).parse();
}

class PatternParser {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;
  #ignoresCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#pattern.length) throw new PatternError("a bracket too many");
    return node;
  }

  #choice(): PatternNode {
    if (++this.#depth > MAX_NESTING) throw new PatternError("too deep");
    const of = [this.#sequence()];
    while (this.#skip("|")) of.push(this.#sequence());
    this.#depth--;
    return { kind: "choice", of };
  }

  #sequence(): PatternNode {
    const of: PatternNode[] = [];
    while (this.#at < this.#pattern.length && !/[|)]/.test(this.#peek())) of.push(this.#repeated());
    return { kind: "sequence", of };
  }

  #repeated(): PatternNode {
    let node = this.#atom();
    for (;;) {
      const bounds = this.#quantifier();
      if (bounds === undefined) return node;
      // Whether a text matches as a whole doesn't depend on who takes how much.
      if (!this.#skip("?")) this.#skip("+");
      node = { kind: "repeat", of: node, min: bounds[0], max: bounds[1] };
    }
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#skip("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#skip("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#skip("?")) return [0, 1];
    const [text, min, comma, max] = this.#match(/\{(\d+)(,?)(\d*)\}/y);
    if (text === "") return undefined;
    const most = max === "" || max === undefined ? undefined : Number(max);
    const bounds = [
      Number(min),
      most ?? (comma === "," ? Number.POSITIVE_INFINITY : Number(min)),
    ] as const;
    if (bounds[0] > bounds[1]) throw new PatternError("bounds in the wrong order");
    return bounds;
  }

  #atom(): PatternNode {
    const character = this.#peek();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
      case "{":
        throw new PatternError("nothing to repeat");
      case "^":
        this.#at++;
        return { kind: "place", place: "start" };
      case "$":
        this.#at++;
        return { kind: "place", place: "end" };
      default:
        this.#at++;
        return character === "." ? this.#set("[^\\n\\r]") : this.#literal(character);
    }
  }

  #group(): PatternNode {
    const [flags] = this.#match(/\(\?(-?[imsux]+)\)/y);
    if (flags !== "") {
      this.#ignoresCase = flags.includes("i") && !flags.includes("-");
      return { kind: "sequence", of: [] };
    }
    const [look] = this.#match(/\(\?[=!]/y);
    if (look === "" && this.#match(/\(\?(?::|<[A-Za-z][A-Za-z0-9]*>)/y)[0] === "") {
      this.#at++;
      if (this.#peek() === "?") throw new PatternError("an unsupported kind of group");
    }
    const of = this.#choice();
    if (!this.#skip(")")) throw new PatternError("a bracket is missing");
    return look === "" ? of : { kind: "look", of, negated: look.endsWith("!") };
  }

  #class(): PatternNode {
    const [text] = this.#match(/\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]/y);
    if (text === "") throw new PatternError("a bracket is missing");
    // A bracket that comes first is a character; JavaScript wants it escaped.
    const fixed = text.replace(/^\[(\^?)\]/, "[$1\\]");
    return this.#set(fixed.replace(/\\p\{(?:Is)?(\w+)\}/g, (_, name: string) => posix(name)));
  }

  #escape(): PatternNode {
    const [, name] = this.#match(/\\p\{(?:Is)?(\w+)\}/y);
    if (name !== undefined) return this.#set(`[${posix(name)}]`);
    const [, quoted] = this.#match(/\\Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted !== undefined)
      return { kind: "sequence", of: [...quoted].map((one) => this.#literal(one)) };
    const letter = this.#pattern[this.#at + 1];
    if (letter === undefined) throw new PatternError("an escape of nothing");
    const place = PLACES.get(letter);
    const [code] = this.#match(/\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[dDwWsStnrfv])/y);
    if (code !== "") return this.#set(`[${code}]`);
    if (/[0-9a-zA-Z]/.test(letter) && place === undefined)
      throw new PatternError(`an unsupported escape: ${letter}`);
    this.#at += 2;
    return place === undefined ? this.#literal(letter) : { kind: "place", place };
  }

  #literal(character: string): PatternNode {
    const wanted = this.#ignoresCase ? character.toLowerCase() : character;
    const has = this.#ignoresCase
      ? (one: string) => one.toLowerCase() === wanted
      : (one: string) => one === wanted;
    return { kind: "character", has };
  }

  /** A class of one character, which JavaScript's own expressions decide in no time. */
  #set(text: string): PatternNode {
    const expression = compile(`^${text}$`, this.#ignoresCase ? "i" : "");
    const known = new Map<string, boolean>();
    const has = (character: string): boolean => {
      const before = known.get(character);
      if (before !== undefined) return before;
      const result = expression.test(character);
      known.set(character, result);
      return result;
    };
    return { kind: "character", has };
  }

  #match(pattern: RegExp): readonly [string, ...(string | undefined)[]] {
    pattern.lastIndex = this.#at;
    const [found = "", ...groups] = pattern.exec(this.#pattern) ?? [];
    this.#at += found.length;
    return [found, ...groups];
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? "";
  }

  #skip(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
}

type Place = Extract<PatternNode, { kind: "place" }>["place"];

const PLACES: ReadonlyMap<string, Place> = new Map([
  ["A", "start"],
  ["z", "end"],
  ["Z", "end"],
  ["b", "boundary"],
  ["B", "inside"],
]);

function posix(name: string): string {
  const members = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
  if (members === undefined) throw new PatternError(`an unsupported class: ${name}`);
  return members;
}

function compile(text: string, flags: string): RegExp {
  try {
    return new RegExp(text, flags);
  } catch {
    throw new PatternError("a class that isn't one");
  }
}
