/** A metric math expression, taken apart. */
export type Node =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  /** An id, or a word that a function knows: `REPEAT`, `DESC`. */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: "array"; readonly items: readonly Node[] }
  | { readonly kind: "negate"; readonly of: Node }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Node;
      readonly right: Node;
    };

/** The text isn't an expression. Its message names the place. */
export class MathSyntaxError extends Error {
  override readonly name = "MathSyntaxError";
}

/** Brackets and signs in one another; deeper ones would take the parser's stack. */
const DEPTH_MAX = 50;

/** A number, a word, a text in quotes of either kind, or a sign. */
const TOKENS = [
  /(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)/,
  /([A-Za-z][A-Za-z0-9_]*)/,
  /"([^"]*)"/,
  /'([^']*)'/,
  /(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],])/,
];
const TOKEN = new RegExp(`\\s*(?:${TOKENS.map(({ source }) => source).join("|")})`, "y");

/** Binary operators from the loosest to the tightest, but for `^`. */
const LEVELS: readonly (readonly string[])[] = [
  ["||", "OR"],
  ["&&", "AND"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/"],
];

interface Token {
  readonly kind: "number" | "word" | "string" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/** Throws MathSyntaxError. */
export function parseExpression(text: string): Node {
  const parser = new Parser(tokensOf(text));
  return parser.whole();
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const [, number, word, double, single, sign] = TOKEN.exec(text) ?? [];
    if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, at });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, at });
    else if (double !== undefined || single !== undefined)
      tokens.push({ kind: "string", text: double ?? single ?? "", at });
    else throw new MathSyntaxError(`Unexpected '${text.slice(at).trim().slice(0, 10)}'`);
  }
  return [...tokens, { kind: "end", text: "end of the expression", at: end }];
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#level(0);
    if (this.#peek().kind !== "end") throw this.#unexpected();
    return node;
  }

  #level(index: number): Node {
    const operators = LEVELS[index];
    if (!operators) return this.#unary();
    let left = this.#level(index + 1);
    while (this.#isOneOf(operators)) {
      const operator = this.#take().text;
      left = { kind: "binary", operator, left, right: this.#level(index + 1) };
    }
    return left;
  }

  #unary(): Node {
    if (!this.#isOneOf(["-"])) return this.#power();
    this.#take();
    return { kind: "negate", of: this.#within(() => this.#unary()) };
  }

  #power(): Node {
    const left = this.#primary();
    if (!this.#isOneOf(["^"])) return left;
    const operator = this.#take().text;
    return { kind: "binary", operator, left, right: this.#within(() => this.#unary()) };
  }

  #primary(): Node {
    const token = this.#take();
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "string") return { kind: "string", value: token.text };
    if (token.kind === "word") {
      if (!this.#isOneOf(["("])) return { kind: "name", name: token.text };
      this.#take();
      return { kind: "call", name: token.text, args: this.#list(")") };
    }
    if (token.text === "[") return { kind: "array", items: this.#list("]") };
    if (token.text !== "(") throw this.#unexpected(token);
    const node = this.#within(() => this.#level(0));
    this.#expect(")");
    return node;
  }

  #list(end: string): readonly Node[] {
    const items: Node[] = [];
    if (!this.#isOneOf([end])) {
      items.push(this.#within(() => this.#level(0)));
      while (this.#isOneOf([","])) {
        this.#take();
        items.push(this.#within(() => this.#level(0)));
      }
    }
    this.#expect(end);
    return items;
  }

  #within(parse: () => Node): Node {
    if (++this.#depth > DEPTH_MAX) throw new MathSyntaxError("It is nested too deep");
    const node = parse();
    this.#depth -= 1;
    return node;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", at: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #isOneOf(texts: readonly string[]): boolean {
    const { kind, text } = this.#peek();
    return (kind === "sign" || kind === "word") && texts.includes(text);
  }

  #expect(text: string): void {
    if (!this.#isOneOf([text])) throw this.#unexpected();
    this.#take();
  }

  #unexpected(token = this.#peek()): MathSyntaxError {
    return new MathSyntaxError(`Unexpected '${token.text}' at position ${token.at}`);
  }
}
