import { functionError } from "../document/template-error.ts";
import { isMap, type MapValue, type Value } from "../document/value.ts";

/** A piece of Fn::Sub's text: text as it stands, or the name of a variable. */
export type SubPart = { readonly text: string } | { readonly variable: string };

/** Fn::Sub's argument, read. */
export interface SubText {
  readonly parts: readonly SubPart[];
  /** The variables that the call brings itself. */
  readonly locals: MapValue;
}

const SHAPE =
  "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string " +
  "as first argument, and an optional second argument to specify a mapping of values to replace " +
  "in the string";
const VARIABLE = /^[A-Za-z0-9_.:]+$/;

/** Reads Fn::Sub's argument. `${!Name}` is the text `${Name}`. */
export function readSub(argument: Value): SubText {
  const [text, locals = {}] = Array.isArray(argument) ? (argument as readonly Value[]) : [argument];
  const tooMany = Array.isArray(argument) && argument.length > 2;
  if (typeof text !== "string" || !isMap(locals) || tooMany) throw functionError(SHAPE);
  return { parts: subParts(text), locals };
}

function subParts(text: string): readonly SubPart[] {
  const parts: SubPart[] = [];
  let rest = 0;
  for (let at = text.indexOf("${"); at >= 0; at = text.indexOf("${", rest)) {
    const end = text.indexOf("}", at);
    if (end < 0) break;
    if (at > rest) parts.push({ text: text.slice(rest, at) });
    const name = text.slice(at + 2, end);
    parts.push(
      name.startsWith("!") ? { text: `\${${name.slice(1)}}` } : { variable: checked(name) },
    );
    rest = end + 1;
  }
  if (rest < text.length) parts.push({ text: text.slice(rest) });
  return parts;
}

function checked(name: string): string {
  if (!VARIABLE.test(name))
    throw functionError(
      "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, " +
        "periods, and colons",
    );
  return name;
}
