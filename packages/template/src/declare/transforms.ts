import { formatError, TemplateError } from "../document/template-error.ts";
import { isList, isMap, type MapValue, member, type Value } from "../document/value.ts";
import type { TransformDeclaration } from "./template.ts";

export const EXTENSIONS = "AWS::LanguageExtensions";
export const INCLUDE = "AWS::Include";

/** The macros of a `Transform` section: a name, a map of one, or a list of either. */
export function declareTransforms(section: Value | undefined): readonly TransformDeclaration[] {
  if (section === undefined) return [];
  const items: readonly Value[] = Array.isArray(section) ? section : [section as Value];
  return items.map(declareTransform);
}

/** One macro: its name, or a map of `Name` and `Parameters`. */
export function declareTransform(value: Value): TransformDeclaration {
  if (typeof value === "string") return { name: value, parameters: {} };
  if (!isMap(value)) throw formatError("Transform must be a string or a list of strings");
  const name = member(value, "Name");
  if (typeof name !== "string")
    throw new TemplateError("Key Name of transform definition must be a string.");
  const parameters = member(value, "Parameters") ?? {};
  if (!isMap(parameters))
    throw new TemplateError("Key Parameters of transform definition must be a map.");
  return { name, parameters };
}

/** Whether a map is the place of a macro that works on its siblings. */
export function isSnippet(value: MapValue): boolean {
  return Object.hasOwn(value, "Fn::Transform");
}

/** Whether there is a place of a macro anywhere in a value. */
export function hasSnippets(value: Value): boolean {
  if (isList(value)) return value.some(hasSnippets);
  return isMap(value) && (isSnippet(value) || Object.values(value).some(hasSnippets));
}
