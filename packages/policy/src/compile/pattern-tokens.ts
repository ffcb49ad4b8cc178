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

/** Cuts a pattern. Linear: an unclosed `${` makes the whole rest literal. */
export function tokenizePattern(text: string, syntax: PatternSyntax): readonly PatternToken[] {
  const tokens: PatternToken[] = [];
  let literal = "";
  const push = (token: PatternToken): void => {
    if (literal !== "") {
      tokens.push({ kind: "literal", text: literal });
      literal = "";
    }
    tokens.push(token);
  };
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (syntax.variables && character === "$" && text[at + 1] === "{") {
      const end = variableEnd(text, at + 2);
      if (end === -1) {
        literal += text.slice(at);
        break;
      }
      const token = readVariable(text.slice(at + 2, end));
      if (token.kind === "literal") {
        literal += token.text;
      } else {
        push(token);
      }
      at = end + 1;
      continue;
    }
    if (syntax.wildcards && character === "*") {
      push(STAR);
    } else if (syntax.wildcards && character === "?") {
      push(QUESTION);
    } else {
      literal += character;
    }
    at += 1;
  }
  if (literal !== "") {
    tokens.push({ kind: "literal", text: literal });
  }
  return tokens;
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
