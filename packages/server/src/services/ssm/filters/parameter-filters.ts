import { ownValue } from "../../../kernel/own-value.ts";
import { tagsOf } from "../access/parameter-access.ts";
import {
  invalidFilterKey,
  invalidFilterOption,
  invalidFilterValue,
  validation,
} from "../errors.ts";
import { pathOf, readPath } from "../names/parameter-name.ts";
import type { ParameterVersion } from "../tables.ts";

/** A filter as requests have it. */
export interface GivenFilter {
  readonly Key: string;
  readonly Option?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

export type Filter = (parameter: ParameterVersion) => boolean;

type Compare = (text: string, value: string) => boolean;

const TAG = "tag:";
const PATH_OPTIONS: Readonly<Record<string, Compare>> = {
  Recursive: (path, value) => isBelow(path, value),
  OneLevel: (path, value) => isBelow(path, value) && levelOf(path) === levelOf(value) + 1,
};
const EQUALS: Compare = (text, value) => text === value;
const TEXT_OPTIONS: Readonly<Record<string, Compare>> = {
  BeginsWith: (text, value) => text.startsWith(value),
  Equals: EQUALS,
};
const NAME_OPTIONS = {
  ...TEXT_OPTIONS,
  Contains: (text: string, value: string) => text.includes(value),
};
const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  Type: ["String", "StringList", "SecureString"],
  Tier: ["Standard", "Advanced", "Intelligent-Tiering"],
};
const COMMON =
  'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When ' +
  "using global parameters, please specify within a global namespace.";

/** DescribeParameters' filters; all must fit. Throws InvalidFilterKey and its kin. */
export function describeFilter(filters: readonly GivenFilter[]): Filter {
  const valid = "[Path, Name, Type, KeyId, Tier]";
  return allOf(filters, (key) => key !== "Label", valid);
}

/** GetParametersByPath's filters but for labels; all must fit. Throws likewise. */
export function pathFilter(filters: readonly GivenFilter[]): Filter {
  const isValid = (key: string) => ["Type", "KeyId", "Label"].includes(key);
  return allOf(filters, isValid, "[Type, KeyId]");
}

/** Whether a parameter is below a hierarchy, and on its next level if not `recursive`. */
export function belowPath(path: string, recursive: boolean | undefined): Filter {
  const compare = recursive ? PATH_OPTIONS.Recursive : PATH_OPTIONS.OneLevel;
  return (parameter) => compare?.(parameter.path, path) ?? false;
}

function allOf(
  filters: readonly GivenFilter[],
  isValid: (key: string) => boolean,
  valid: string,
): Filter {
  const seen = new Set<string>();
  const all = filters.map((filter) => {
    const { Key: key, Values: values } = filter;
    if (!isValid(key))
      throw invalidFilterKey(
        `The following filter key is not valid: ${key}. Valid filter keys include: ${valid}.`,
      );
    if (!values?.length && !key.startsWith(TAG))
      throw invalidFilterValue(
        `The following filter values are missing : null for filter key ${key}.`,
      );
    if (seen.has(key))
      throw invalidFilterKey(
        `The following filter is duplicated in the request: ${key}. ` +
          "A request can contain only one occurrence of a specific filter.",
      );
    seen.add(key);
    return oneFilter(filter);
  });
  return (parameter) => all.every((fits) => fits(parameter));
}

function oneFilter({ Key: key, Option, Values: values = [] }: GivenFilter): Filter {
  checkKnown(key, values);
  if (key === "Path") {
    const compare = optionOf(Option ?? "OneLevel", PATH_OPTIONS, "Recursive, OneLevel");
    const paths = values.map(readFilterPath);
    return ({ path }) => paths.some((value) => compare(path, value));
  }
  if (key === "Label") {
    optionOf(Option ?? "Equals", { Equals: EQUALS }, "Equals");
    return () => true;
  }
  const options = key === "Name" ? NAME_OPTIONS : TEXT_OPTIONS;
  const compare = optionOf(Option ?? "Equals", options, "BeginsWith, Equals");
  const wanted = key === "Name" && Option !== "Contains" ? values.map(pathOf) : values;
  return (parameter) => {
    const text = textOf(key, parameter);
    if (text === null) return false;
    return wanted.length === 0 || wanted.some((value) => compare(text, value));
  };
}

function optionOf(
  option: string,
  options: Readonly<Record<string, Compare>>,
  valid: string,
): Compare {
  const compare = Object.hasOwn(options, option) ? options[option] : undefined;
  if (!compare) throw invalidFilterOption(option, valid);
  return compare;
}

function checkKnown(key: string, values: readonly string[]): void {
  const known = ownValue(KNOWN_VALUES, key);
  const strange = known && values.find((value) => !known.includes(value));
  if (known && strange !== undefined)
    throw invalidFilterValue(
      `The following filter value is not valid: ${strange}. ` +
        `Valid values include: [${known.join(", ")}].`,
    );
}

/** The text that a filter looks at; null if the parameter has none. */
function textOf(key: string, parameter: ParameterVersion): string | null {
  switch (key) {
    case "Name":
      return parameter.path;
    case "Type":
      return parameter.type;
    case "KeyId":
      return parameter.key_id;
    case "Tier":
      return parameter.tier;
    case "DataType":
      return parameter.data_type;
    default:
      return ownValue(tagsOf(parameter), key.slice(TAG.length)) ?? null;
  }
}

function readFilterPath(text: string): string {
  if (/^\/(?:aws|ssm)/i.test(text)) throw validation(COMMON);
  return readPath(text);
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(above === "/" ? above : `${above}/`);
}

function levelOf(path: string): number {
  return path === "/" ? 0 : path.split("/").length - 1;
}
