import { isList, isMap, type MapValue, mapOf, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import type { ResolveByParameters } from "./parameters-only.ts";

/**
 * Resolves the functions that AWS::LanguageExtensions allows as names in Ref and Fn::GetAtt
 * (Template Reference, "Ref", "Supported functions"), so that a template names what it refers to.
 */
export function resolveNames(document: MapValue, resolve: ResolveByParameters): MapValue {
  const named = (value: Value): Value => {
    if (isList(value)) return value.map(named);
    if (!isMap(value)) return value;
    const call = functionCall(value);
    if (call?.name === "Ref" && isMap(call.argument))
      return { Ref: resolve(call.argument, call.name) ?? call.argument };
    if (call?.name === "Fn::GetAtt" && isList(call.argument)) {
      const [name, ...attribute] = call.argument;
      if (isMap(name)) return { "Fn::GetAtt": [resolve(name, call.name) ?? name, ...attribute] };
    }
    return mapOf(Object.entries(value).map(([key, below]) => [key, named(below)]));
  };
  return named(document) as MapValue;
}
