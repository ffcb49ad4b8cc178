import {
  type AsExpression,
  type CallExpression,
  type ElementAccessExpression,
  type Expression,
  type Node,
  type ObjectBindingPattern,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import {
  isArrowFunction,
  isAsExpression,
  isBinaryExpression,
  isCallExpression,
  isElementAccessExpression,
  isFunctionExpression,
  isIdentifier,
  isObjectBindingPattern,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
  isSpreadElement,
  isStringLiteral,
} from "typescript/unstable/ast/is";
import type { Type } from "typescript/unstable/sync";
import type { Reads } from "./reads.ts";
import type { SdkTypes } from "./sdk-types.ts";

/** The nodes of a file by which values are read or handed on. */
interface ReadingNodes {
  readonly accessed: Node[];
  readonly patterns: ObjectBindingPattern[];
  readonly computed: ElementAccessExpression[];
  readonly casts: AsExpression[];
  readonly given: GivenArgument[];
}

interface GivenArgument {
  readonly call: CallExpression;
  readonly index: number;
  readonly argument: Expression;
}

/** Notes what a file reads. It asks the compiler about all nodes of a kind at once. */
export function addFileReads(
  file: SourceFile,
  names: ReadonlySet<string>,
  types: SdkTypes,
  reads: Reads,
): void {
  const { checker } = types;
  const { accessed, patterns, computed, casts, given } = readingNodes(file, names);
  for (const symbol of checker.getSymbolAtLocation(accessed)) reads.add(symbol);
  for (const [pattern, type] of typed(patterns, (each) => each, types))
    for (const name of namesIn(pattern)) reads.addNamed(type, name);
  const keys = typed(computed, (each) => each.argumentExpression, types);
  const keyOf = new Map(keys.map(([each, type]) => [each, type]));
  for (const [each, type] of typed(computed, ({ expression }) => expression, types)) {
    for (const key of types.partsOf(keyOf.get(each) ?? type))
      if (key.isStringLiteralType()) reads.addNamed(type, key.value);
      else reads.addWhole(type, true);
  }
  const asserted = new Map(typed(casts, (each) => each, types));
  for (const [cast, type] of typed(casts, ({ expression }) => expression, types)) {
    const to = asserted.get(cast);
    if (to && types.isOfSdk(type)) reads.addFlow(type, to);
  }
  for (const [argument, type] of typed(given, handedOn, types))
    if (mayHold(type, argument.argument, types)) addArgument(type, argument, types, reads);
}

/** Nodes with the types of what `of` takes of each. */
function typed<Each>(
  all: readonly Each[],
  of: (each: Each) => Node,
  { checker }: SdkTypes,
): readonly (readonly [Each, Type])[] {
  const found = checker.getTypeAtLocation(all.map(of));
  return all.flatMap((each, at) => {
    const type = found[at];
    return type ? [[each, type] as const] : [];
  });
}

function readingNodes(file: SourceFile, names: ReadonlySet<string>): ReadingNodes {
  const nodes: ReadingNodes = { accessed: [], patterns: [], computed: [], casts: [], given: [] };
  const visit = (node: Node): void => {
    if (isPropertyAccessExpression(node)) {
      if (names.has(node.name.text) && !isAssignedTo(node)) nodes.accessed.push(node.name);
    } else if (isElementAccessExpression(node)) nodes.computed.push(node);
    else if (isObjectBindingPattern(node)) nodes.patterns.push(node);
    else if (isAsExpression(node)) nodes.casts.push(node);
    else if (isCallExpression(node) && !isStored(node))
      for (const [index, argument] of node.arguments.entries())
        if (!isFunction(argument) && !isStringLiteral(argument))
          nodes.given.push({ call: node, index, argument });
    node.forEachChild(visit);
  };
  visit(file);
  return nodes;
}

function handedOn({ argument }: GivenArgument): Node {
  return isSpreadElement(argument) ? argument.expression : argument;
}

/** Whether a structure of the SDK may be in an argument. */
function mayHold(type: Type, argument: Node, types: SdkTypes): boolean {
  if (type.isTypeParameter() || isSpreadElement(argument) || types.isOfSdk(type)) return true;
  if (!isObjectLiteralExpression(argument)) return false;
  return types.propertiesOf(type).some((property) => {
    const held = types.typeOf(property);
    return held !== undefined && types.isOfSdk(held);
  });
}

function addArgument(
  type: Type,
  { call, index, argument }: GivenArgument,
  types: SdkTypes,
  reads: Reads,
): void {
  const signature = types.checker.getResolvedSignature(call);
  if (!signature) return;
  // The function's own parameter: a type parameter in it isn't what this call makes of it.
  const target = signature.getTarget() ?? signature;
  const values = isSpreadElement(argument) ? types.itemsOf(type) : [type];
  for (const [at, value] of values.entries()) {
    const parameter = types.checker.getParameterType(target, index + at);
    if (value && parameter) reads.addFlow(value, parameter);
  }
}

/** Whoever writes a structure down as text keeps all of it, and honours nothing by that alone. */
function isStored({ expression }: CallExpression): boolean {
  return (
    isPropertyAccessExpression(expression) &&
    isIdentifier(expression.expression) &&
    expression.expression.text === "JSON" &&
    expression.name.text === "stringify"
  );
}

export function isFunction(node: Node): boolean {
  return isArrowFunction(node) || isFunctionExpression(node);
}

function isAssignedTo(node: Node): boolean {
  const { parent } = node;
  return (
    isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind === SyntaxKind.EqualsToken
  );
}

/** The properties that a pattern takes out. */
function namesIn({ elements }: ObjectBindingPattern): readonly string[] {
  return elements.flatMap(({ propertyName, name, dotDotDotToken }) => {
    const taken = propertyName ?? name;
    return !dotDotDotToken && taken && isIdentifier(taken) ? [taken.text] : [];
  });
}
