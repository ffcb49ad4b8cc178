import { functionError } from "../document/template-error.ts";
import { isScalar, member, type Value } from "../document/value.ts";
import { functionCall } from "./function-call.ts";
import { readSub } from "./sub-text.ts";

/** A name that a function uses: GetAtt names an attribute of a resource, Ref anything else. */
export type Reference =
  | { readonly kind: "Ref"; readonly name: string }
  | {
      readonly kind: "GetAtt";
      readonly name: string;
      readonly attribute: string;
      readonly isInSub: boolean;
    };

/** How a walk goes on at Fn::If: through both branches, the one that holds, or neither. */
export type Branches = (condition: string) => boolean | "both" | "neither";

/** Calls back for every reference in a value, in its order. */
export function eachReference(
  value: Value,
  branches: Branches,
  visit: (reference: Reference) => void,
): void {
  if (typeof value !== "object" || value === null) return;
  const call = functionCall(value);
  if (call === undefined) {
    for (const below of Object.values(value)) eachReference(below, branches, visit);
    return;
  }
  switch (call.name) {
    case "Ref":
      visit({ kind: "Ref", name: refName(call.argument) });
      return;
    case "Fn::GetAtt":
      eachAttribute(call.argument, branches, visit);
      return;
    case "Fn::Sub":
      eachVariable(call.argument, branches, visit);
      return;
    case "Fn::If":
      for (const branch of takenBranches(call.argument, branches))
        eachReference(branch, branches, visit);
      return;
    default:
      eachReference(call.argument, branches, visit);
  }
}

/** The name in a Ref. */
export function refName(argument: Value): string {
  if (typeof argument !== "string") throw functionError("All References must be of type string");
  return argument;
}

/** The resource's and the attribute's name in an Fn::GetAtt; the latter may be a function. */
export function attributeNames(argument: Value): { name: string; attribute: Value } {
  const list: readonly Value[] =
    typeof argument === "string" ? splitOnce(argument) : Array.isArray(argument) ? argument : [];
  const [name, ...rest] = list;
  const attribute = rest.length > 1 && rest.every(isScalar) ? rest.join(".") : rest[0];
  if (typeof name !== "string" || name === "" || attribute === undefined || attribute === "")
    throw functionError(
      "every Fn::GetAtt object requires two non-empty parameters, the resource name and the " +
        "resource attribute",
    );
  return { name, attribute };
}

function splitOnce(text: string): string[] {
  const dot = text.indexOf(".");
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** A variable of Fn::Sub as the reference that it is. */
export function variableReference(variable: string): Reference {
  const [name = "", attribute] = splitOnce(variable);
  return attribute === undefined
    ? { kind: "Ref", name }
    : { kind: "GetAtt", name, attribute, isInSub: true };
}

function eachAttribute(
  argument: Value,
  branches: Branches,
  visit: (reference: Reference) => void,
): void {
  const { name, attribute } = attributeNames(argument);
  if (!isScalar(attribute)) eachReference(attribute, branches, visit);
  visit({
    kind: "GetAtt",
    name,
    attribute: isScalar(attribute) ? String(attribute) : "",
    isInSub: false,
  });
}

function eachVariable(
  argument: Value,
  branches: Branches,
  visit: (reference: Reference) => void,
): void {
  const { parts, locals } = readSub(argument);
  for (const part of parts) {
    if (!("variable" in part) || member(locals, part.variable) !== undefined) continue;
    visit(variableReference(part.variable));
  }
  eachReference(Object.values(locals), branches, visit);
}

function takenBranches(argument: Value, branches: Branches): readonly Value[] {
  const { condition, yes, no } = ifParts(argument);
  const taken = branches(condition);
  if (taken === "both") return [yes, no];
  if (taken === "neither") return [];
  return [taken ? yes : no];
}

/** The parts of an Fn::If. */
export function ifParts(argument: Value): { condition: string; yes: Value; no: Value } {
  const list: readonly Value[] = Array.isArray(argument) ? argument : [];
  const [condition, yes, no] = list;
  if (typeof condition !== "string")
    throw functionError("Fn::If requires a list argument with the first element being a condition");
  if (list.length !== 3 || yes === undefined || no === undefined)
    throw functionError("Fn::If requires a list argument with three elements");
  return { condition, yes, no };
}
