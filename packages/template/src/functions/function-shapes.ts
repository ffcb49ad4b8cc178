import { functionError, type TemplateError } from "../document/template-error.ts";
import { isList, isMap, type Value } from "../document/value.ts";

/** The form of a function's argument, and AWS's sentence about it. */
interface Shape {
  readonly text: string;
  /** Whether an argument may have the form; functions inside it count as anything. */
  readonly fits: (argument: Value, isExtended: boolean) => boolean;
}

/** The most operands of Fn::And and Fn::Or. */
const MAX_OPERANDS = 10;

const many = (name: string): Shape => ({
  text:
    `every ${name} object requires a list of at least 2 and at most ${MAX_OPERANDS} boolean ` +
    "parameters.",
  fits: (argument) => isList(argument) && argument.length >= 2 && argument.length <= MAX_OPERANDS,
});

const scalarOrFunction = (name: string): Shape => ({
  text: `every ${name} object must have a String-typed value.`,
  fits: (argument) => !isList(argument),
});

const SHAPES = {
  "Fn::And": many("Fn::And"),
  "Fn::Base64": scalarOrFunction("Fn::Base64"),
  "Fn::Cidr": {
    text:
      "every Fn::Cidr object requires two or three parameters: an IP address block, the number " +
      "of CIDRs to generate and the number of subnet bits",
    fits: (argument) => isList(argument) && (argument.length === 2 || argument.length === 3),
  },
  "Fn::Equals": {
    text: "every Fn::Equals object requires a list of 2 string parameters.",
    fits: (argument) =>
      isList(argument) && argument.length === 2 && argument.every((item) => !isList(item)),
  },
  "Fn::FindInMap": {
    text:
      "every Fn::FindInMap object requires three parameters, the map name, map key and the " +
      "attribute for return value",
    fits: (argument, isExtended) =>
      isList(argument) && (argument.length === 3 || (isExtended && argument.length === 4)),
  },
  "Fn::GetAZs": scalarOrFunction("Fn::GetAZs"),
  "Fn::Join": {
    text:
      "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of " +
      "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) " +
      "to be joined.",
    fits: (argument, isExtended) => {
      if (!isList(argument) || argument.length !== 2) return false;
      const [delimiter, items] = argument;
      const isText = typeof delimiter === "string" || (isExtended && isMap(delimiter));
      return isText && (isList(items) || isMap(items));
    },
  },
  "Fn::Not": {
    text: "Fn::Not requires a list argument with one element",
    fits: (argument) => isList(argument) && argument.length === 1,
  },
  "Fn::Or": many("Fn::Or"),
  "Fn::Select": {
    text: "Fn::Select requires a list argument with two elements: an integer index and a list",
    fits: (argument) => {
      if (!isList(argument) || argument.length !== 2) return false;
      const [index, items] = argument;
      return (isMap(index) || /^-?[0-9]+$/.test(String(index))) && (isList(items) || isMap(items));
    },
  },
  "Fn::Split": {
    text:
      "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string " +
      "to be split or a function that returns a string to be split.",
    fits: (argument, isExtended) => {
      if (!isList(argument) || argument.length !== 2) return false;
      const [delimiter, text] = argument;
      const isText = typeof delimiter === "string" || (isExtended && isMap(delimiter));
      return isText && delimiter !== "" && !isList(text);
    },
  },
} satisfies Readonly<Record<string, Shape>>;

type ShapedFunction = keyof typeof SHAPES;

/** The refusal of an argument that doesn't have its function's form. */
export function shapeError(name: ShapedFunction): TemplateError {
  return functionError(SHAPES[name].text);
}

/** @throws TemplateError if a function's argument doesn't have the form, whatever it refers to. */
export function checkShape(name: string, argument: Value, isExtended: boolean): void {
  if (!Object.hasOwn(SHAPES, name)) return;
  const known = name as ShapedFunction;
  if (!SHAPES[known].fits(argument, isExtended)) throw shapeError(known);
}
