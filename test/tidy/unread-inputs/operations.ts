import type { CallExpression, Node, SourceFile } from "typescript/unstable/ast";
import {
  isCallExpression,
  isIdentifier,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isSpreadAssignment,
} from "typescript/unstable/ast/is";
import { SignatureKind, type Type } from "typescript/unstable/sync";
import type { SdkTypes } from "./sdk-types.ts";

/** An operation as `defineOperations` is given it. */
export interface DeclaredOperation {
  readonly name: string;
  /** The SDK's input. */
  readonly input: Type;
  /** The handler's expression; undefined where it is written as a method or short. */
  readonly handler: Node | undefined;
}

/** All operations that a file declares. */
export function operationsIn(file: SourceFile, types: SdkTypes): readonly DeclaredOperation[] {
  if (!file.text.includes("defineOperations<")) return [];
  const found: DeclaredOperation[] = [];
  const visit = (node: Node): void => {
    if (isCallExpression(node)) found.push(...operationsOf(node, types));
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

/** The entries of `defineOperations<typeof iam>()({ … })`. */
function operationsOf(
  { expression, arguments: [table] }: CallExpression,
  types: SdkTypes,
): readonly DeclaredOperation[] {
  if (!isCallExpression(expression) || !isIdentifier(expression.expression)) return [];
  if (expression.expression.text !== "defineOperations") return [];
  const [clientNode] = expression.typeArguments ?? [];
  const client = clientNode && types.checker.getTypeFromTypeNode(clientNode);
  if (!client || !table || !isObjectLiteralExpression(table))
    throw new Error("defineOperations takes a client and a table that is written out");
  return table.properties.map((entry) => {
    if (isSpreadAssignment(entry) || !isIdentifier(entry.name))
      throw new Error("an operation is written out under its name");
    const { text: name } = entry.name;
    const handler = isPropertyAssignment(entry) ? entry.initializer : undefined;
    return { name, input: inputOf(client, name, types), handler };
  });
}

function inputOf(client: Type, name: string, types: SdkTypes): Type {
  const { checker } = types;
  const command = checker.getPropertyOfType(client, `${name}Command`);
  const type = command && types.typeOf(command);
  const [construct] = type ? checker.getSignaturesOfType(type, SignatureKind.Construct) : [];
  const instance = construct && checker.getReturnTypeOfSignature(construct);
  const input = instance && checker.getPropertyOfType(instance, "input");
  const inputType = input && types.typeOf(input);
  if (!inputType) throw new Error(`no input of ${name}`);
  return inputType;
}
