import type { CallExpression, Node } from "typescript/unstable/ast";
import {
  isCallExpression,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
} from "typescript/unstable/ast/is";
import { SignatureKind, type Type } from "typescript/unstable/sync";
import { isFunction } from "./file-reads.ts";
import type { DeclaredOperation } from "./operations.ts";
import type { Reads } from "./reads.ts";
import type { SdkTypes } from "./sdk-types.ts";

/** Notes what functions read that an operation names instead of writing them in place. */
export function addHandlerReads(
  { input, handler }: DeclaredOperation,
  types: SdkTypes,
  reads: Reads,
): void {
  const { checker } = types;
  const addCallee = (callee: Type | undefined): void => {
    if (!callee) return;
    for (const signature of checker.getSignaturesOfType(callee, SignatureKind.Call))
      for (const index of signature.parameters.keys()) {
        const parameter = checker.getParameterType(signature, index);
        if (parameter && !parameter.isTypeParameter()) reads.addFlow(input, parameter);
      }
  };
  /** A function that makes handlers for any input of a type reads the members of that type. */
  const addMaker = (call: CallExpression): void => {
    const signature = checker.getResolvedSignature(call);
    for (const parameter of signature?.getTarget()?.getTypeParameters() ?? [])
      reads.addFlow(input, parameter);
  };
  const add = (node: Node): void => {
    if (isObjectLiteralExpression(node)) {
      for (const property of node.properties) {
        const value = isPropertyAssignment(property)
          ? property.initializer
          : isShorthandPropertyAssignment(property) && property.name;
        if (value && !isFunction(value)) addCallee(checker.getTypeAtLocation(value));
      }
      return;
    }
    if (isCallExpression(node)) {
      addMaker(node);
      for (const argument of node.arguments)
        if (isObjectLiteralExpression(argument)) add(argument);
        else if (!isFunction(argument)) {
          if (isCallExpression(argument)) addMaker(argument);
          addCallee(checker.getTypeAtLocation(argument));
        }
    }
    const type = checker.getTypeAtLocation(node);
    for (const name of ["authorize", "handle"]) {
      const property = type && checker.getPropertyOfType(type, name);
      if (property) addCallee(types.typeOf(property));
    }
  };
  if (handler) add(handler);
}
