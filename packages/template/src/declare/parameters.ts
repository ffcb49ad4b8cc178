import { MAX_PARAMETERS } from "../document/limits.ts";
import { formatError, functionError } from "../document/template-error.ts";
import { isMap, isScalar, type MapValue, member } from "../document/value.ts";
import { checkMembers, checkName } from "./names.ts";
import { parameterKind } from "./parameter-types.ts";
import type { ParameterDeclaration } from "./template.ts";

const MEMBERS = new Set([
  "Type",
  "Default",
  "Description",
  "NoEcho",
  "AllowedValues",
  "AllowedPattern",
  "ConstraintDescription",
  "MinLength",
  "MaxLength",
  "MinValue",
  "MaxValue",
]);

/** The parameters of a template's section. */
export function declareParameters(section: MapValue): ReadonlyMap<string, ParameterDeclaration> {
  const names = Object.keys(section);
  if (names.length > MAX_PARAMETERS)
    throw formatError(
      `Number of parameters, ${names.length}, is greater than maximum allowed, ${MAX_PARAMETERS}`,
    );
  return new Map(names.map((name) => [name, declareParameter(name, section[name] ?? null)]));
}

function declareParameter(name: string, declared: MapValue[string]): ParameterDeclaration {
  checkName("Parameter", name);
  if (!isMap(declared)) throw formatError("Any Parameters member must be an object.");
  const type = member(declared, "Type");
  if (type === undefined)
    throw formatError(`[/Parameters/${name}] Every Parameters object must contain a Type member.`);
  checkMembers("parameter", declared, MEMBERS);
  if (typeof type !== "string" || parameterKind(type) === undefined)
    throw formatError(`Unrecognized parameter type: ${String(type)}`);
  const parameter: ParameterDeclaration = {
    name,
    type,
    defaultValue: text(name, declared, "Default"),
    description: text(name, declared, "Description"),
    noEcho: text(name, declared, "NoEcho")?.toLowerCase() === "true",
    allowedValues: texts(name, declared, "AllowedValues"),
    allowedPattern: text(name, declared, "AllowedPattern"),
    constraintDescription: text(name, declared, "ConstraintDescription"),
    minLength: number(name, declared, "MinLength"),
    maxLength: number(name, declared, "MaxLength"),
    minValue: number(name, declared, "MinValue"),
    maxValue: number(name, declared, "MaxValue"),
  };
  checkBounds(parameter);
  return parameter;
}

function checkBounds({
  name,
  minLength,
  maxLength,
  minValue,
  maxValue,
}: ParameterDeclaration): void {
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    throw functionError(`Parameter '${name}' MinLength must be less than MaxLength.`);
  if (minValue !== undefined && maxValue !== undefined && minValue > maxValue)
    throw functionError(`Parameter '${name}' MinValue must be less than MaxValue.`);
}

function text(name: string, declared: MapValue, key: string): string | undefined {
  const value = member(declared, key);
  if (value === undefined) return undefined;
  if (!isScalar(value))
    throw formatError(`Every ${key} member must be a string. [/Parameters/${name}/${key}]`);
  return String(value);
}

function texts(name: string, declared: MapValue, key: string): readonly string[] | undefined {
  const value = member(declared, key);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isScalar))
    throw formatError(`Every ${key} value must be a string. [/Parameters/${name}/${key}]`);
  return value.map(String);
}

function number(name: string, declared: MapValue, key: string): number | undefined {
  const value = text(name, declared, key);
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (value.trim() === "" || !Number.isFinite(parsed))
    throw formatError(`Every ${key} member must be a number. [/Parameters/${name}/${key}]`);
  return parsed;
}
