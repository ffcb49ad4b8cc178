import {
  type BinaryExpression,
  type BindingElement,
  type CallExpression,
  type ComputedPropertyName,
  type ElementAccessExpression,
  type Node,
  SyntaxKind,
  type TemplateExpression,
} from "typescript/unstable/ast";
import { isFunctionLikeDeclaration } from "typescript/unstable/ast/is";
import { type Checker, type Type, TypeFlags, type TypeParameter } from "typescript/unstable/sync";
import { nodesOf, partsOf, shortTextOf, type TypedSources, textOf } from "./typed-sources.ts";

export interface Lookup {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** A name by which a plain object is asked or changed, somewhere in its text. */
interface Named {
  readonly node: Node;
  readonly object: Node | undefined;
  /** Its type decides; for a copy of all properties, the type of what is copied. */
  readonly name: Node;
  readonly isCopy?: true;
}

/** Every plain object has these, whoever made it. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

/**
 * Places where any text at all may be the name of a plain object's property: the type of the name
 * isn't a list of known ones, and nothing before it in the function asks whether it is the
 * object's own.
 */
export function plainLookups(sources: TypedSources): readonly Lookup[] {
  return sources.files.flatMap(({ path, file, checker }) => {
    const named = [...nodesOf(file)].flatMap(namedBy);
    if (named.length === 0) return [];
    const types = checker.getTypeAtLocation(named.map(({ name }) => name));
    return named
      .filter((each, index) =>
        each.isCopy ? hasAnyNames(types[index], checker) : isAnyText(types[index], checker),
      )
      .filter((each) => !isOwn(each))
      .map(({ node }) => ({
        path,
        line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        text: shortTextOf(node),
      }));
  });
}

function namedBy(node: Node): readonly Named[] {
  if (node.kind === SyntaxKind.ElementAccessExpression) {
    const { expression, argumentExpression } = node as ElementAccessExpression;
    // What isn't the object's own stays where it is.
    if (node.parent.kind === SyntaxKind.DeleteExpression) return [];
    return maybeInherited({ node, object: expression, name: argumentExpression });
  }
  if (node.kind === SyntaxKind.BinaryExpression) {
    const { left, operatorToken, right } = node as BinaryExpression;
    if (operatorToken.kind !== SyntaxKind.InKeyword) return [];
    return maybeInherited({ node, object: right, name: left });
  }
  if (node.kind === SyntaxKind.BindingElement) {
    const { propertyName } = node as BindingElement;
    if (propertyName?.kind !== SyntaxKind.ComputedPropertyName) return [];
    const { expression } = propertyName as ComputedPropertyName;
    return maybeInherited({ node, object: undefined, name: expression });
  }
  // It sets properties: `__proto__` among them is lost. A spread defines them.
  if (node.kind === SyntaxKind.CallExpression) {
    const { expression, arguments: given } = node as CallExpression;
    if (textOf(expression) !== "Object.assign") return [];
    return given.slice(1).map((name): Named => ({ node, object: undefined, name, isCopy: true }));
  }
  return [];
}

/** Most names are numbers or say by themselves that no object inherits them. */
function maybeInherited(named: Named): readonly Named[] {
  if (SURE.includes(named.name.kind)) return [];
  const pieces = piecesOf(named.name);
  const mayBe = (name: string) => pieces.every((piece) => name.includes(piece));
  return INHERITED.some(mayBe) ? [named] : [];
}

const SURE = [
  SyntaxKind.NumericLiteral,
  SyntaxKind.PrivateIdentifier,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
];

/** The texts that a name surely has in it. */
function piecesOf(name: Node): readonly string[] {
  if (name.kind !== SyntaxKind.TemplateExpression) return [];
  const { head, templateSpans } = name as TemplateExpression;
  return [head.text, ...templateSpans.map(({ literal }) => literal.text)];
}

function isAnyText(type: Type | undefined, checker: Checker): boolean {
  if (!type) return true;
  const wide =
    TypeFlags.AnyOrUnknown | TypeFlags.String | TypeFlags.TemplateLiteral | TypeFlags.StringMapping;
  return partsOf(type).some((part) => {
    if ((part.flags & TypeFlags.TypeParameter) === 0) return (part.flags & wide) !== 0;
    const bound = checker.getConstraintOfTypeParameter(part as TypeParameter);
    return isAnyText(bound, checker);
  });
}

/** Whether an object's type doesn't say how its properties are called. */
function hasAnyNames(type: Type | undefined, checker: Checker): boolean {
  if (!type) return true;
  return partsOf(type).some(
    (part) =>
      (part.flags & (TypeFlags.AnyOrUnknown | TypeFlags.NonPrimitive)) !== 0 ||
      checker
        .getIndexInfosOfType(part)
        .some(({ keyType }) => (keyType.flags & TypeFlags.String) !== 0),
  );
}

/** `Object.hasOwn(object, name)` before it, or a round over the object's own names. */
function isOwn({ node, object, name }: Named): boolean {
  const around = functionAround(node);
  const before = around.getText().slice(0, node.end - around.getStart());
  const text = before.replaceAll(/\s+/g, " ");
  const of = object && textOf(withoutCast(object)).replaceAll("?.", ".");
  if (of === undefined) return false;
  const key = textOf(name);
  const own = text.replaceAll("?.", ".");
  return (
    own.includes(`Object.hasOwn(${of}, ${key})`) ||
    own.includes(`for (const ${key} of Object.keys(${of}))`) ||
    own.includes(`for (const ${key} in ${of})`) ||
    own.includes(`${of} = Object.create(null)`) ||
    new RegExp(`\\b${of}: [^=]+ = Object\\.create\\(null\\)`).test(own)
  );
}

/** `(value as Type)` is asked as `value`. */
function withoutCast(node: Node): Node {
  const { expression } = node as Node & { expression?: Node };
  const isCast =
    node.kind === SyntaxKind.ParenthesizedExpression || node.kind === SyntaxKind.AsExpression;
  return isCast && expression ? withoutCast(expression) : node;
}

/** The innermost function with a block, else the whole file. */
function functionAround(node: Node): Node {
  for (let at: Node | undefined = node.parent; at; at = at.parent) {
    const { body } = at as Node & { body?: Node };
    if (isFunctionLikeDeclaration(at) && body?.kind === SyntaxKind.Block) return at;
    if (at.kind === SyntaxKind.SourceFile) return at;
  }
  return node;
}
