import ts from "@typescript/typescript6";

/** One change of one file, as a replacement of text. */
export interface Mutant {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** The kind of change: "flipped condition". */
  readonly operator: string;
  /** Counted from 1. */
  readonly line: number;
}

type Change = Omit<Mutant, "path" | "line">;

const COMPARISONS: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
};
const LOGICAL: Readonly<Record<string, string>> = { "&&": "||", "||": "&&" };
const METHODS: Readonly<Record<string, string>> = {
  every: "some",
  some: "every",
  min: "max",
  max: "min",
  startsWith: "endsWith",
  endsWith: "startsWith",
};
/** Calls that only inform people, and assertions: without them nothing else differs. */
const TELLING = /^(?:assert|console|log|logger|this\.#?log|[\w.]*\.log)\b/;

/** Every change that this script knows of a file. */
export function listMutants(path: string, text: string): Mutant[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isBeside(node)) return;
    for (const change of changesOf(node, text)) {
      const { line } = source.getLineAndCharacterOfPosition(change.start);
      mutants.push({ path, line: line + 1, ...change });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

/**
 * Code whose change no test can see: types, imports, log lines and messages of our own bugs.
 */
function isBeside(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
    return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isNewExpression(node)) return /^(?:Type|Range)?Error$/.test(node.expression.getText());
  return ts.isCallExpression(node) && TELLING.test(node.expression.getText());
}

function changesOf(node: ts.Node, text: string): Change[] {
  const replace = (at: ts.Node, replacement: string, operator: string): Change => ({
    ...{ start: at.getStart(), end: at.getEnd(), replacement, operator },
  });
  if (ts.isBinaryExpression(node)) {
    const sign = node.operatorToken.getText();
    const compared = COMPARISONS[sign];
    if (compared !== undefined) return [replace(node.operatorToken, compared, "comparison")];
    const swapped = LOGICAL[sign];
    return swapped === undefined ? [] : [replace(node.operatorToken, swapped, "&& and ||")];
  }
  if (ts.isIfStatement(node)) return ifChanges(node, replace);
  if (ts.isConditionalExpression(node))
    return [replace(node.condition, `!(${node.condition.getText()})`, "flipped condition")];
  if (ts.isExpressionStatement(node)) return statementChanges(node, replace);
  if (ts.isNumericLiteral(node)) return numberChanges(node, replace);
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return stringChanges(node, replace);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [replace(node, "false", "truth")];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [replace(node, "true", "truth")];
  if (ts.isRegularExpressionLiteral(node)) return patternChanges(node, replace);
  if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) {
    const name = node.name.text;
    const other = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    return other === undefined ? [] : [replace(node.name, other, "other method")];
  }
  if (ts.isCallExpression(node)) return filterChanges(node, replace);
  if (ts.isArrayLiteralExpression(node)) return elementChanges(node, text);
  return [];
}

type Replace = (at: ts.Node, replacement: string, operator: string) => Change;

function ifChanges(node: ts.IfStatement, replace: Replace): Change[] {
  const flipped = `!(${node.expression.getText()})`;
  const changes = [replace(node.expression, flipped, "flipped condition")];
  const { thenStatement: then } = node;
  const last = ts.isBlock(then) ? then.statements.at(-1) : then;
  const leaves = last && (ts.isReturnStatement(last) || ts.isThrowStatement(last));
  if (leaves && node.elseStatement === undefined)
    changes.push(replace(node, ";", "dropped early return"));
  return changes;
}

function statementChanges(node: ts.ExpressionStatement, replace: Replace): Change[] {
  const { expression } = node;
  const call = ts.isAwaitExpression(expression) ? expression.expression : expression;
  if (!ts.isCallExpression(call)) return [];
  // Calls of `super` and those that only inform people stay.
  if (call.expression.kind === ts.SyntaxKind.SuperKeyword) return [];
  return TELLING.test(call.expression.getText()) ? [] : [replace(node, ";", "removed call")];
}

function numberChanges(node: ts.NumericLiteral, replace: Replace): Change[] {
  if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return [];
  const more = replace(node, `(${node.getText()} + 1)`, "constant + 1");
  const less = replace(node, `(${node.getText()} - 1)`, "constant - 1");
  return node.text === "0" ? [more] : [more, less];
}

function stringChanges(
  node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral,
  replace: Replace,
): Change[] {
  const { parent } = node;
  const isName =
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isImportDeclaration(parent) ||
    ts.isModuleDeclaration(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword);
  if (isName) return [];
  return [replace(node, node.text === "" ? '"mutant"' : '""', "string")];
}

/** Without an anchor, a text that is wrong in one part only is accepted. */
function patternChanges(node: ts.RegularExpressionLiteral, replace: Replace): Change[] {
  const [, body = "", flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(node.getText()) ?? [];
  const changes: Change[] = [];
  if (body.startsWith("^") && body.length > 1)
    changes.push(replace(node, `/${body.slice(1)}/${flags}`, "pattern without its start"));
  if (/[^\\]\$$/.test(body))
    changes.push(replace(node, `/${body.slice(0, -1)}/${flags}`, "pattern without its end"));
  return changes;
}

function filterChanges(node: ts.CallExpression, replace: Replace): Change[] {
  const { expression } = node;
  if (!ts.isPropertyAccessExpression(expression)) return [];
  return /^(?:filter|trim|toLowerCase|toSorted|sort|reverse|slice)$/.test(expression.name.text)
    ? [replace(node, expression.expression.getText(), `without .${expression.name.text}()`)]
    : [];
}

function elementChanges(node: ts.ArrayLiteralExpression, text: string): Change[] {
  const { elements } = node;
  if (elements.length < 2) return [];
  return elements.map((element, index) => {
    const next = elements[index + 1];
    const start = next ? element.getStart() : (elements[index - 1]?.getEnd() ?? 0);
    const end = next ? next.getStart() : element.getEnd();
    return { start, end, replacement: "", operator: `dropped ${text.slice(start, end).trim()}` };
  });
}
