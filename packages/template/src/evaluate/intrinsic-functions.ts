import { ifParts } from "../functions/references.ts";
import * as list from "./list-functions.ts";
import type { IntrinsicFunction } from "./scope.ts";
import * as text from "./text-functions.ts";

const ifFunction: IntrinsicFunction = (argument, scope) => {
  const { condition, yes, no } = ifParts(argument);
  return scope.condition(condition, "Fn::If") ? scope.resolve(yes, 1) : scope.resolve(no, 2);
};

/** Functions that give values, by name. */
export const FUNCTIONS: ReadonlyMap<string, IntrinsicFunction> = new Map([
  ["Ref", text.ref],
  ["Fn::GetAtt", text.getAtt],
  ["Fn::Join", text.join],
  ["Fn::Split", text.split],
  ["Fn::Sub", text.sub],
  ["Fn::Base64", text.base64],
  ["Fn::Select", list.select],
  ["Fn::FindInMap", list.findInMap],
  ["Fn::GetAZs", list.getAzs],
  ["Fn::Cidr", list.cidr],
  ["Fn::ImportValue", list.importValue],
  ["Fn::If", ifFunction],
]);

/** Functions that AWS::LanguageExtensions adds. */
export const EXTENDED_FUNCTIONS: ReadonlyMap<string, IntrinsicFunction> = new Map([
  ["Fn::Length", list.length],
  ["Fn::ToJsonString", text.toJsonString],
]);
