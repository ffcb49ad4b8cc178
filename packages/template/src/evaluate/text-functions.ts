import { functionError } from "../document/template-error.ts";
import { isScalar, member, type Value } from "../document/value.ts";
import { shapeError } from "../functions/function-shapes.ts";
import { attributeNames, refName, variableReference } from "../functions/references.ts";
import { readSub, type SubText } from "../functions/sub-text.ts";
import { UNKNOWN } from "./environment.ts";
import { type IntrinsicFunction, NO_VALUE, type Scope } from "./scope.ts";

/** Whether a text holds something that isn't known yet. */
export function isUnknown(value: unknown): value is string {
  return typeof value === "string" && value.includes(UNKNOWN);
}

export const ref: IntrinsicFunction = (argument, scope) =>
  scope.refer(refName(argument), undefined);

export const getAtt: IntrinsicFunction = (argument, scope) => {
  const { name, attribute } = attributeNames(argument);
  const resolved = scope.resolve(attribute, 1);
  if (!isScalarResult(resolved)) attributeNames([]);
  return scope.refer(name, String(resolved));
};

function isScalarResult(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

export const join: IntrinsicFunction = (argument, scope) => {
  const [delimiter, list] = pair("Fn::Join", argument);
  const by = scope.extended ? scope.resolve(delimiter, 0) : delimiter;
  const items = scope.resolve(list, 1);
  if (items === UNKNOWN) return UNKNOWN;
  if (typeof by !== "string" || !Array.isArray(items)) throw shapeError("Fn::Join");
  let characters = by.length * items.length;
  const texts = items.map((item: Value) => {
    if (!isScalar(item)) throw shapeError("Fn::Join");
    const text = String(item);
    characters += text.length;
    return text;
  });
  scope.spend(characters);
  return texts.join(by);
};

export const split: IntrinsicFunction = (argument, scope) => {
  const [delimiter, source] = pair("Fn::Split", argument);
  const by = scope.extended ? scope.resolve(delimiter, 0) : delimiter;
  const text = scope.resolve(source, 1);
  if (isUnknown(text)) return UNKNOWN;
  if (typeof by !== "string" || by === "" || !isScalarResult(text)) throw shapeError("Fn::Split");
  const source_ = String(text);
  scope.spend(source_.length);
  return source_.split(by);
};

export const sub: IntrinsicFunction = (argument, scope) => {
  const { parts, locals } = readSub(argument);
  const known = new Map<string, string>();
  let text = "";
  for (const part of parts) {
    const piece = "text" in part ? part.text : variable(part.variable, locals, known, scope);
    scope.spend(piece.length);
    text += piece;
  }
  return text;
};

function variable(
  name: string,
  locals: SubText["locals"],
  known: Map<string, string>,
  scope: Scope,
): string {
  const before = known.get(name);
  if (before !== undefined) return before;
  const local = member(locals, name);
  const value = local === undefined ? referred(name, scope) : scope.resolve(local, name);
  if (!isScalarResult(value))
    throw functionError(`variable ${name} in Fn::Sub expression does not resolve to a string`);
  known.set(name, String(value));
  return String(value);
}

function referred(name: string, scope: Scope): Value | typeof NO_VALUE {
  const reference = variableReference(name);
  return reference.kind === "Ref"
    ? scope.refer(reference.name, undefined)
    : scope.refer(reference.name, reference.attribute);
}

export const base64: IntrinsicFunction = (argument, scope) => {
  const value = scope.resolve(argument, "Fn::Base64");
  if (!isScalarResult(value)) throw shapeError("Fn::Base64");
  if (isUnknown(value)) return UNKNOWN;
  const bytes = new TextEncoder().encode(String(value));
  scope.spend(bytes.length * 2);
  return toBase64(bytes);
};

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Browsers and Node share no encoder of bytes that realms without a page have, too. */
function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += DIGITS[bits >> 18];
    text += DIGITS[(bits >> 12) & 63];
    text += b === undefined ? "=" : DIGITS[(bits >> 6) & 63];
    text += c === undefined ? "=" : DIGITS[bits & 63];
  }
  return text;
}

export const toJsonString: IntrinsicFunction = (argument, scope) => {
  const value = scope.resolve(argument, "Fn::ToJsonString");
  if (value === NO_VALUE || typeof value !== "object" || value === null)
    throw functionError("every Fn::ToJsonString object requires an object or an array");
  const text = JSON.stringify(value);
  scope.spend(text.length);
  return text;
};

/** The two elements of a function's list. */
function pair(name: "Fn::Join" | "Fn::Split", argument: Value): readonly [Value, Value] {
  const [first, second, ...more]: readonly Value[] = Array.isArray(argument) ? argument : [];
  if (first === undefined || second === undefined || more.length > 0) throw shapeError(name);
  return [first, second];
}
