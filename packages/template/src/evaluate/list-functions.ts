import { functionError, TemplateError, unknownMapping } from "../document/template-error.ts";
import { isMap, member, type Value } from "../document/value.ts";
import { shapeError } from "../functions/function-shapes.ts";
import { cidrBlocks } from "./cidr.ts";
import { UNKNOWN } from "./environment.ts";
import { type IntrinsicFunction, NO_VALUE } from "./scope.ts";
import { isUnknown } from "./text-functions.ts";

export const select: IntrinsicFunction = (argument, scope) => {
  const [first, list, ...more]: readonly Value[] = Array.isArray(argument) ? argument : [];
  if (first === undefined || list === undefined || more.length > 0) throw shapeError("Fn::Select");
  const index = scope.resolve(first, 0);
  if (!/^-?[0-9]+$/.test(String(index))) throw shapeError("Fn::Select");
  const items = scope.resolve(list, 1);
  if (items === UNKNOWN) return UNKNOWN;
  if (!Array.isArray(items)) throw shapeError("Fn::Select");
  const item: Value | undefined = items[Number(index)];
  if (item === undefined && Array.isArray(list)) throw shapeError("Fn::Select");
  if (item === undefined)
    throw functionError(`Fn::Select cannot select nonexistent value at index ${String(index)}`);
  return item;
};

export const findInMap: IntrinsicFunction = (argument, scope) => {
  const list: readonly Value[] = Array.isArray(argument) ? argument : [];
  const options = scope.extended && list.length === 4 ? list[3] : undefined;
  if (list.length !== 3 && options === undefined) throw shapeError("Fn::FindInMap");
  const [name, key, attribute] = list.slice(0, 3).map((part, index) => {
    const value = scope.resolve(part, index);
    if (typeof value === "object" || value === NO_VALUE) throw shapeError("Fn::FindInMap");
    return String(value);
  });
  const found = below(below(below(scope.mappings, name), key), attribute);
  if (found !== undefined) {
    scope.spend(Array.isArray(found) ? JSON.stringify(found).length : 0);
    return found;
  }
  const fallback = below(options, "DefaultValue");
  if (fallback !== undefined) return scope.resolve(fallback, "DefaultValue");
  if (below(scope.mappings, name) === undefined) throw unknownMapping(name ?? "");
  throw functionError(`Unable to get mapping for ${name}::${key}::${attribute}`);
};

function below(map: Value | undefined, key: string | undefined): Value | undefined {
  return isMap(map) && key !== undefined ? member(map, key) : undefined;
}

export const getAzs: IntrinsicFunction = (argument, scope) => {
  const region = scope.resolve(argument, "Fn::GetAZs");
  if (typeof region !== "string") throw shapeError("Fn::GetAZs");
  return scope.environment.availabilityZones(region === "" ? scope.environment.region : region);
};

/** The longest block of IPv6, with its prefix. */
const CHARACTERS_PER_BLOCK = 43;

export const cidr: IntrinsicFunction = (argument, scope) => {
  const list: readonly Value[] = Array.isArray(argument) ? argument : [];
  if (list.length < 2 || list.length > 3) throw shapeError("Fn::Cidr");
  const parts = list.map((part, index) => scope.resolve(part, index));
  if (parts.some(isUnknown)) return UNKNOWN;
  const [block, count, bits] = parts.map(String);
  // Blocks take longer to be made than other texts of their length.
  scope.spend(Math.max(0, Number(count)) * CHARACTERS_PER_BLOCK || 0);
  const blocks = cidrBlocks(block ?? "", Number(count), bits === undefined ? undefined : +bits);
  if (blocks === undefined) throw shapeError("Fn::Cidr");
  return blocks;
};

export const length: IntrinsicFunction = (argument, scope) => {
  const value = scope.resolve(argument, "Fn::Length");
  if (value === UNKNOWN) return UNKNOWN;
  if (!Array.isArray(value)) throw functionError("every Fn::Length object requires an array");
  return value.length;
};

export const importValue: IntrinsicFunction = (argument, scope) => {
  const name = scope.resolve(argument, "Fn::ImportValue");
  if (typeof name === "object" || name === NO_VALUE)
    throw functionError(
      "the attribute in Fn::ImportValue must be a string or a function that returns a string",
    );
  if (isUnknown(name))
    throw functionError("the attribute in Fn::ImportValue must not depend on any resources");
  const value = scope.environment.exports(String(name));
  if (value === undefined) throw new TemplateError(`No export named ${name} found.`);
  return value;
};
