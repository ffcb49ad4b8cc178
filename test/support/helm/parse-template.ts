/*
 * The syntax of Go's text/template, as far as charts use it: actions with trimming, variables,
 * pipelines, parentheses, `if`, `with`, `range`, `define`. What it doesn't know it refuses.
 */

export type Expression =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "field"; readonly of: Expression; readonly path: readonly string[] }
  | { readonly kind: "dot" }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] };

export type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print"; readonly value: Expression }
  | { readonly kind: "let"; readonly name: string; readonly value: Expression }
  | {
      readonly kind: "if" | "with";
      readonly value: Expression;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | {
      readonly kind: "range";
      readonly names: readonly string[];
      readonly value: Expression;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    };

export interface Parsed {
  readonly nodes: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

type Part = { readonly text: string } | { readonly action: string };

const ACTION = /\{\{(-\s)?\s*((?:"(?:[^"\\]|\\.)*"|[^"}]|\}(?!\}))*?)\s*(\s-)?\}\}/g;

/** Texts and actions, with the white space gone that a hyphen takes away. */
function split(source: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  let trims = false;
  for (const match of source.matchAll(ACTION)) {
    const [whole, before, action = "", after] = match;
    let text = source.slice(at, match.index);
    if (trims) text = text.trimStart();
    if (before !== undefined) text = text.trimEnd();
    parts.push({ text }, { action });
    at = match.index + whole.length;
    trims = after !== undefined;
  }
  const rest = source.slice(at);
  if (rest.includes("{{")) throw new Error(`An action without an end: ${rest.slice(0, 80)}`);
  parts.push({ text: trims ? rest.trimStart() : rest });
  return parts;
}

export function parseTemplate(source: string): Parsed {
  const parts = split(source);
  const defined = new Map<string, readonly Node[]>();
  let at = 0;

  /** Nodes up to an `end` or `else`, which is returned. */
  function block(): { nodes: Node[]; end: string | undefined } {
    const nodes: Node[] = [];
    for (;;) {
      const part = parts[at++];
      if (!part) return { nodes, end: undefined };
      if ("text" in part) {
        if (part.text !== "") nodes.push({ kind: "text", text: part.text });
        continue;
      }
      const { action } = part;
      const [, word = "", rest = ""] = /^(\S*)\s*([\s\S]*)$/.exec(action) ?? [];
      if (word.startsWith("/*")) continue;
      if (word === "end" || word === "else") return { nodes, end: action };
      if (word === "define") {
        const name = JSON.parse(rest) as string;
        defined.set(name, closed(block(), action).nodes);
      } else if (word === "if" || word === "with" || word === "range") {
        nodes.push(conditional(word, rest));
      } else nodes.push(simple(action));
    }
  }

  function conditional(word: "if" | "with" | "range", rest: string): Node {
    const { names, text } = declared(rest);
    const value = parseExpression(text);
    const { nodes: then, end = "" } = block();
    let otherwise: readonly Node[] = [];
    const [, again] = /^else\s+(?:if|with)\s+([\s\S]*)$/.exec(end) ?? [];
    if (again !== undefined) otherwise = [conditional(word, again)];
    else if (end === "else") otherwise = closed(block(), rest).nodes;
    else if (end !== "end") throw new Error(`No end of: ${word} ${rest}`);
    if (word === "range") return { kind: word, names, value, then, otherwise };
    if (names.length > 0) throw new Error(`A variable isn't known here: ${rest}`);
    return { kind: word, value, then, otherwise };
  }

  const { nodes, end } = block();
  if (end !== undefined) throw new Error(`Unexpected: ${end}`);
  return { nodes, defined };
}

function closed(found: { nodes: Node[]; end: string | undefined }, of: string) {
  if (found.end !== "end") throw new Error(`No end of: ${of}`);
  return found;
}

/** `$name, $value := …` */
function declared(text: string): { readonly names: readonly string[]; readonly text: string } {
  const [, names, rest] = /^(\$\w+(?:\s*,\s*\$\w+)?)\s*:=\s*([\s\S]*)$/.exec(text) ?? [];
  if (names === undefined || rest === undefined) return { names: [], text };
  return { names: names.split(/\s*,\s*/), text: rest };
}

function simple(action: string): Node {
  const { names, text } = declared(action);
  const value = parseExpression(text);
  const [name] = names;
  return name === undefined ? { kind: "print", value } : { kind: "let", name, value };
}

const TOKEN =
  /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|-?\d+(?:\.\d+)?|\$\w*(?:\.\w+)*|(?:\.\w+)+|\.|[A-Za-z]\w*|[()|])/y;

function tokens(text: string): string[] {
  if (/\)\.\w/.test(text)) throw new Error(`A parenthesis has no members here: ${text}`);
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`Not understood: ${text}`);
    found.push(match[1] ?? "");
  }
  return found;
}

function parseExpression(text: string): Expression {
  const list = tokens(text);
  let at = 0;
  function pipeline(): Expression {
    let value = command(undefined);
    while (list[at] === "|") {
      at++;
      value = command(value);
    }
    return value;
  }
  function command(piped: Expression | undefined): Expression {
    const name = list[at] ?? "";
    const isCall = /^[A-Za-z]/.test(name) && !["true", "false", "nil"].includes(name);
    if (!isCall) {
      if (piped) throw new Error(`A value can't be given to ${name}: ${text}`);
      return operand();
    }
    at++;
    const args: Expression[] = [];
    while (at < list.length && list[at] !== "|" && list[at] !== ")") args.push(operand());
    return { kind: "call", name, args: piped ? [...args, piped] : args };
  }
  function operand(): Expression {
    const token = list[at++] ?? "";
    if (token === "(") {
      const inner = pipeline();
      if (list[at++] !== ")") throw new Error(`No end of a parenthesis: ${text}`);
      return inner;
    }
    if (token === ".") return { kind: "dot" };
    if (token.startsWith(".")) return field({ kind: "dot" }, token.slice(1).split("."));
    if (token.startsWith("$")) {
      const [name = "$", ...path] = token.split(".");
      return field({ kind: "variable", name }, path);
    }
    if (token.startsWith("`")) return { kind: "literal", value: token.slice(1, -1) };
    if (token === "nil") return { kind: "literal", value: undefined };
    if (/^["\d-]|^(true|false)$/.test(token)) return { kind: "literal", value: JSON.parse(token) };
    if (/^[A-Za-z]/.test(token)) return { kind: "call", name: token, args: [] };
    throw new Error(`Not understood: ${token} in ${text}`);
  }
  const value = pipeline();
  if (at < list.length) throw new Error(`Too much: ${list.slice(at).join(" ")} in ${text}`);
  return value;
}

function field(of: Expression, path: readonly string[]): Expression {
  return path.length === 0 ? of : { kind: "field", of, path };
}
