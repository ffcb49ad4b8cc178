import { MAX_TEMPLATE_BYTES } from "./limits.ts";

/** A text with spaces put in, and the way back to the places of the text without them. */
export interface IndentedText {
  readonly text: string;
  readonly offsetBefore: (offset: number) => number;
}

/**
 * Indents the lines of collections in brackets and of quoted texts as YAML's grammar wants them.
 * The parser insists on that; AWS's doesn't look at indentation inside of brackets and quotes, so
 * that a closing brace may stand below its key. Spaces before such a line mean nothing.
 *
 * @returns undefined for a text in which all of them are, or that would become too long.
 */
export function indentFlow(text: string): IndentedText | undefined {
  const insertions = new FlowScanner(text).scan();
  return insertions.length === 0 ? undefined : inserted(text, insertions);
}

/** Spaces to put in at a place of the text. */
interface Insertion {
  readonly offset: number;
  readonly count: number;
}

function inserted(text: string, insertions: readonly Insertion[]): IndentedText {
  const parts: string[] = [];
  /** The end of each insertion in the new text, and how much was put in until there. */
  const ends: { readonly offset: number; readonly total: number }[] = [];
  let from = 0;
  let total = 0;
  for (const { offset, count } of insertions) {
    parts.push(text.slice(from, offset), " ".repeat(count));
    from = offset;
    total += count;
    ends.push({ offset: offset + total, total });
  }
  parts.push(text.slice(from));
  const offsetBefore = (offset: number): number => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle]?.offset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return offset - (ends[low - 1]?.total ?? 0);
  };
  return { text: parts.join(""), offsetBefore };
}

/** A block scalar's header, up to the line's end. */
const BLOCK_SCALAR = /[|>][-+0-9]*[ \t]*(?:#.*)?\r?$/my;
const MARKER = /(?:---|\.\.\.)(?=\s|$)/y;

/** Finds the lines that begin inside of brackets or quotes. It reads a text once, to its end. */
class FlowScanner {
  readonly #text: string;
  readonly #insertions: Insertion[] = [];
  #at = 0;
  #lineStart = 0;
  /** The column of the key or dash whose value is being read. */
  #parent = -1;
  /** The column of the outermost bracket or quote. */
  #wanted = 0;
  #total = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): readonly Insertion[] {
    while (this.#at < this.#text.length) this.#block();
    return this.#total > MAX_TEMPLATE_BYTES ? [] : this.#insertions;
  }

  get #char(): string {
    return this.#text[this.#at] ?? "\n";
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }

  #isSpaceAt(offset: number): boolean {
    return /\s/.test(this.#text[offset] ?? "\n");
  }

  #toLineEnd(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #nextLine(): void {
    this.#at++;
    this.#lineStart = this.#at;
  }

  /** Reads a node, or what is before it, where no bracket is open. */
  #block(): void {
    const char = this.#char;
    if (char === "\n") this.#nextLine();
    else if (this.#isSpaceAt(this.#at)) this.#at++;
    else if (char === "#") this.#toLineEnd();
    else if (/[-?:]/.test(char) && this.#isSpaceAt(this.#at + 1)) this.#indicator();
    else if (/[!&]/.test(char)) this.#skipProperty();
    else if (matchesAt(BLOCK_SCALAR, this.#text, this.#at)) this.#blockScalar();
    else this.#entry();
  }

  #indicator(): void {
    this.#parent = this.#column;
    this.#at++;
  }

  /** A tag or an anchor. */
  #skipProperty(): void {
    do this.#at++;
    while (/[^\s,[\]{}]/.test(this.#char));
  }

  #blockScalar(): void {
    for (;;) {
      this.#toLineEnd();
      if (this.#at >= this.#text.length) return;
      this.#nextLine();
      while (this.#char === " ") this.#at++;
      const isBlank = /[\r\n]/.test(this.#char);
      if (!isBlank && this.#column <= this.#parent) return;
    }
  }

  /** Reads a scalar or a collection in brackets, and the colon after it if it is a key. */
  #entry(): void {
    const column = this.#column;
    this.#wanted = column;
    if (/["']/.test(this.#char)) this.#quoted();
    else if (/[[{]/.test(this.#char)) this.#flow();
    while (this.#char !== "\n") {
      const char = this.#char;
      // A comment is read as what follows, and a value as what the key is for.
      if (char === "#" && this.#isSpaceAt(this.#at - 1)) return;
      this.#at++;
      if (char !== ":" || !this.#isSpaceAt(this.#at)) continue;
      this.#parent = column;
      return;
    }
  }

  #quoted(): void {
    const quote = this.#char;
    this.#at++;
    while (this.#at < this.#text.length) {
      const char = this.#char;
      if (char === "\n") this.#lineInside();
      else this.#at++;
      if (char === "\\" && quote === '"' && this.#char !== "\n") this.#at++;
      if (char !== quote) continue;
      if (quote === '"' || this.#char !== quote) return;
      // Two single quotes stand for one.
      this.#at++;
    }
  }

  #flow(): void {
    let depth = 0;
    let isNodeStart = true;
    do {
      const char = this.#char;
      const isQuote: boolean = isNodeStart && /["']/.test(char);
      const isProperty: boolean = isNodeStart && /[!&]/.test(char);
      if (char === "\n") this.#lineInside();
      else if (char === "#" && this.#isSpaceAt(this.#at - 1)) this.#toLineEnd();
      else if (isQuote) this.#quoted();
      else if (isProperty) this.#skipProperty();
      else this.#at++;
      if (/[[{]/.test(char)) depth++;
      if (/[\]}]/.test(char)) depth--;
      // A quoted key needs no space after its colon.
      const isAfterKey: boolean = char === ":" && (isNodeStart || this.#isSpaceAt(this.#at));
      if (!/\s/.test(char)) isNodeStart = /[[{,]/.test(char) || isAfterKey || isProperty || isQuote;
    } while (depth > 0 && this.#at < this.#text.length);
  }

  /** Begins a line inside of brackets or quotes; nothing else stands on that of a marker. */
  #lineInside(): void {
    this.#nextLine();
    while (this.#char === " ") this.#at++;
    const count = this.#wanted - this.#column;
    if (count <= 0 || /[\r\n]/.test(this.#char)) return;
    if (matchesAt(MARKER, this.#text, this.#lineStart)) return;
    this.#total += count;
    if (this.#total <= MAX_TEMPLATE_BYTES)
      this.#insertions.push({ offset: this.#lineStart, count });
  }
}

function matchesAt(pattern: RegExp, text: string, offset: number): boolean {
  pattern.lastIndex = offset;
  return pattern.test(text);
}
