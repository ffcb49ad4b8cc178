/**
 * A pattern of the policy language, cut into what it means: literal text, `*`, `?` and policy
 * variables. IAM User Guide, "Policy elements: Variables and tags".
 */
export type PatternToken =
  | { kind: "literal"; text: string }
  | { kind: "star" }
  | { kind: "question" }
  | PolicyVariable;

export interface PolicyVariable {
  kind: "variable";
  /** Lower-cased, as condition keys ignore case. */
  key: string;
  defaultValue: string | undefined;
}

export interface PatternSyntax {
  /** Only policies of version 2012-10-17 have variables and the escapes ${*} ${?} ${$}. */
  variables: boolean;
  wildcards: boolean;
}

const STAR: PatternToken = { kind: "star" };
const QUESTION: PatternToken = { kind: "question" };
const STAR_CODE = 0x2a;
const QUESTION_CODE = 0x3f;
const DOLLAR_CODE = 0x24;

/** Cuts a pattern. Linear: an unclosed `${` makes the whole rest literal. */
export function tokenizePattern(text: string, syntax: PatternSyntax): readonly PatternToken[] {
  const tokens: PatternToken[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (syntax.wildcards && (code === STAR_CODE || code === QUESTION_CODE)) {
      pushLiteral(tokens, text.slice(from, at));
      tokens.push(code === STAR_CODE ? STAR : QUESTION);
      at += 1;
      from = at;
    } else if (syntax.variables && code === DOLLAR_CODE && text[at + 1] === "{") {
      const end = variableEnd(text, at + 2);
      if (end === -1) {
        break;
      }
      pushLiteral(tokens, text.slice(from, at));
      const token = readVariable(text.slice(at + 2, end));
      if (token.kind === "literal") {
        pushLiteral(tokens, token.text);
      } else {
        tokens.push(token);
      }
      at = end + 1;
      from = at;
    } else {
      at += 1;
    }
  }
  pushLiteral(tokens, text.slice(from));
  return tokens;
}

/** Neighbouring literals (around ${*} and its like) become one. */
function pushLiteral(tokens: PatternToken[], text: string): void {
  if (text === "") {
    return;
  }
  const last = tokens.at(-1);
  if (last?.kind === "literal") {
    tokens[tokens.length - 1] = { kind: "literal", text: last.text + text };
  } else {
    tokens.push({ kind: "literal", text });
  }
}

/** The offset of the brace that closes a variable; a quoted default may hold braces itself. */
function variableEnd(text: string, from: number): number {
  const brace = text.indexOf("}", from);
  if (brace === -1 || !text.slice(from, brace).includes(", '")) {
    return brace;
  }
  const quoted = text.indexOf("'}", from);
  return quoted === -1 ? -1 : quoted + 1;
}

function readVariable(content: string): PolicyVariable | { kind: "literal"; text: string } {
  if (content === "*" || content === "?" || content === "$") {
    return { kind: "literal", text: content };
  }
  const comma = content.indexOf(", '");
  if (comma === -1) {
    return { kind: "variable", key: content.toLowerCase(), defaultValue: undefined };
  }
  return {
    kind: "variable",
    key: content.slice(0, comma).toLowerCase(),
    defaultValue: content.slice(comma + 3, -1),
  };
}
