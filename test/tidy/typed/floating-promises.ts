import {
  type ArrowFunction,
  type CallExpression,
  type ExpressionStatement,
  type JsxAttribute,
  type JsxExpression,
  type Node,
  type PropertyAccessExpression,
  SyntaxKind,
  type VoidExpression,
} from "typescript/unstable/ast";
import { type Checker, SignatureKind, type Type } from "typescript/unstable/sync";
import { nodesOf, partsOf, shortTextOf, type TypedSources } from "./typed-sources.ts";

/** An error ends the thread or program that it belongs to, which whoever started it notices. */
const PROGRAMS = ["/kernel/work/thread-program.ts", "/cli/src/main.ts", "/demo/sdk-call.ts"];

export interface Floating {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** The folders of programs: a server's process, the command that starts it, and the page. */
const RUNNING = /^packages\/(?:server|media|cli|console)\/src\//;

/**
 * Promises that nobody waits for: a rejection of one ends the process, or is seen by nobody who
 * looks at the page. They are given to `inBackground`, or end in `.catch`.
 */
export function floatingPromises(sources: TypedSources): readonly Floating[] {
  return sources.files
    .filter(({ path }) => RUNNING.test(path) && !PROGRAMS.some((each) => path.endsWith(each)))
    .flatMap(({ path, file, checker }) => {
      const all = [...nodesOf(file)];
      const left = all.flatMap(leftAlone);
      const listening = all.flatMap(asyncListeners);
      const types = left.length > 0 ? checker.getTypeAtLocation(left) : [];
      return left
        .filter((_node, index) => {
          const type = types[index];
          return type && partsOf(type).some((part) => part.getSymbol()?.name === "Promise");
        })
        .concat(
          listening,
          all.filter((node) => isPromisingHandler(node, checker)),
        )
        .map((node) => ({
          path,
          line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1,
          text: shortTextOf(node),
        }));
    });
}

/** Expressions whose value is dropped. */
function leftAlone(node: Node): readonly Node[] {
  if (node.kind === SyntaxKind.VoidExpression) return [(node as VoidExpression).expression];
  if (node.kind === SyntaxKind.CallExpression)
    return listenersOf(node as CallExpression).flatMap(({ body }) =>
      body && body.kind !== SyntaxKind.Block && !isCaught(body) ? [body] : [],
    );
  if (node.kind !== SyntaxKind.ExpressionStatement) return [];
  const { expression } = node as ExpressionStatement;
  if (expression.kind !== SyntaxKind.CallExpression) return [];
  return isCaught(expression) ? [] : [expression];
}

function asyncListeners(node: Node): readonly Node[] {
  if (node.kind !== SyntaxKind.CallExpression) return [];
  return listenersOf(node as CallExpression).filter(
    ({ modifiers, body }) =>
      body?.kind === SyntaxKind.Block &&
      modifiers?.some(({ kind }) => kind === SyntaxKind.AsyncKeyword),
  );
}

/** An element's handler that returns a promise, whose element wants none: `onClick={save}`. */
function isPromisingHandler(node: Node, checker: Checker): boolean {
  if (node.kind !== SyntaxKind.JsxAttribute) return false;
  const { name, initializer } = node as JsxAttribute;
  if (!/^on[A-Z]/.test(name.getText()) || initializer?.kind !== SyntaxKind.JsxExpression)
    return false;
  const { expression } = initializer as JsxExpression;
  if (!expression || !givesPromise(checker.getTypeAtLocation(expression), checker)) return false;
  return !givesPromise(checker.getContextualType(expression), checker);
}

function givesPromise(type: Type | undefined, checker: Checker): boolean {
  const signatures = type
    ? partsOf(type).flatMap((part) => checker.getSignaturesOfType(part, SignatureKind.Call))
    : [];
  return signatures.some((signature) => {
    const returned = checker.getReturnTypeOfSignature(signature);
    return returned && partsOf(returned).some((part) => part.getSymbol()?.name === "Promise");
  });
}

/** Functions that emitters and timers call, which drop what they return. */
function listenersOf({ expression, arguments: given }: CallExpression): readonly ArrowFunction[] {
  const name =
    expression.kind === SyntaxKind.PropertyAccessExpression
      ? (expression as PropertyAccessExpression).name.text
      : expression.getText();
  const isEmitter = EMITTERS.has(name) && given[0]?.kind === SyntaxKind.StringLiteral;
  if (!isEmitter && !TIMERS.has(name)) return [];
  return given.filter((each): each is ArrowFunction => each.kind === SyntaxKind.ArrowFunction);
}

const EMITTERS = new Set(["on", "once", "addListener", "addEventListener", "prependListener"]);
const TIMERS = new Set([
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "nextTick", "after", "every"],
]);

/** `.catch(…)` at the end, with a function that throws nothing itself. */
function isCaught(node: Node): boolean {
  if (node.kind !== SyntaxKind.CallExpression) return false;
  const { expression, arguments: given } = node as CallExpression;
  if (expression.kind !== SyntaxKind.PropertyAccessExpression) return false;
  const { name } = expression as PropertyAccessExpression;
  const [handler] = given;
  const isAsync = (handler as ArrowFunction | undefined)?.modifiers?.some(
    ({ kind }) => kind === SyntaxKind.AsyncKeyword,
  );
  return name.text === "catch" && handler !== undefined && isAsync !== true;
}
