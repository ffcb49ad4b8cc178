import { MAX_DESCRIPTION_BYTES, MAX_VALUES } from "../document/limits.ts";
import { readDocument } from "../document/read-document.ts";
import { formatError, TemplateError, tooManyValues } from "../document/template-error.ts";
import { countValues, isMap, type MapValue, member, type Value } from "../document/value.ts";
import { checkReferences } from "./check-references.ts";
import { declareConditions, declareMappings } from "./conditions-and-mappings.ts";
import { declareOutputs } from "./outputs.ts";
import { declareParameters } from "./parameters.ts";
import { declareResources } from "./resources.ts";
import { declareRules } from "./rules.ts";
import type { Template } from "./template.ts";
import { declareTransforms, EXTENSIONS, hasSnippets } from "./transforms.ts";

const SECTIONS = new Set([
  "AWSTemplateFormatVersion",
  "Description",
  "Metadata",
  "Parameters",
  "Rules",
  "Mappings",
  "Conditions",
  "Transform",
  "Resources",
  "Outputs",
  "Hooks",
]);
const FORMAT_VERSION = "2010-09-09";

/**
 * Reads a template and checks its form, as AWS does before it looks at anything else. A template
 * with transforms is checked in full once `expandTemplate` has carried them out.
 *
 * @throws TemplateError with AWS's text.
 */
export function parseTemplate(text: string): Template {
  return declareTemplate(text, readDocument(text), undefined);
}

/** A template's document as JSON, as which it is read again soonest. @throws TemplateError */
export function documentAsJson(text: string): string {
  return JSON.stringify(readDocument(text));
}

/** The template of a text whose document `documentAsJson` has read. @throws TemplateError */
export function templateOfJson(text: string, json: string): Template {
  return declareTemplate(text, JSON.parse(json) as MapValue, undefined);
}

/** Makes a template of a document; `extended` says so of one whose transforms are done. */
export function declareTemplate(
  text: string,
  document: MapValue,
  extended: boolean | undefined,
): Template {
  // A macro may read sections of its own, as SAM reads Globals. Its result is read here again.
  if (member(document, "Transform") === undefined) refuseUnknownSections(document);
  refuseNulls(document);
  refuseTooMany(document);
  checkFormatVersion(member(document, "AWSTemplateFormatVersion"));
  const transforms = declareTransforms(member(document, "Transform"));
  const metadata = section(document, "Metadata");
  const expanded = transforms.length === 0 && !hasSnippets(document);
  const template: Template = {
    text,
    document,
    description: description(member(document, "Description")),
    metadata,
    transforms,
    extended: extended ?? transforms.some(({ name }) => name === EXTENSIONS),
    parameters: declareParameters(section(document, "Parameters") ?? {}),
    mappings: declareMappings(section(document, "Mappings") ?? {}, expanded),
    conditions: declareConditions(section(document, "Conditions") ?? {}),
    rules: declareRules(section(document, "Rules") ?? {}),
    resources: declareResources(section(document, "Resources") ?? {}, expanded),
    outputs: declareOutputs(section(document, "Outputs") ?? {}),
  };
  if (expanded) checkReferences(template);
  return template;
}

function refuseUnknownSections(document: MapValue): void {
  const unknown = Object.keys(document).filter((name) => !SECTIONS.has(name));
  if (unknown.length > 0)
    throw new TemplateError(`Invalid template property or properties [${unknown.join(", ")}]`);
}

function refuseNulls(document: MapValue): void {
  const path = pathToNull(document);
  if (path !== undefined)
    throw new TemplateError(`[${path}] 'null' values are not allowed in templates`);
}

function refuseTooMany(document: MapValue): void {
  if (countValues(document, MAX_VALUES) > MAX_VALUES) throw tooManyValues();
}

/** The path of the first null below a value. */
function pathToNull(value: Value): string | undefined {
  if (value === null) return "";
  if (typeof value !== "object") return undefined;
  for (const key of Object.keys(value)) {
    const below = pathToNull((value as MapValue)[key] ?? null);
    if (below !== undefined) return `/${key}${below}`;
  }
  return undefined;
}

function checkFormatVersion(version: Value | undefined): void {
  if (version === undefined || version === FORMAT_VERSION) return;
  throw formatError(
    `Template format version ${String(version)} is not supported. ` +
      `Supported versions: [${FORMAT_VERSION}]`,
  );
}

function description(value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw formatError("Description must be a string.");
  if (new TextEncoder().encode(value).length > MAX_DESCRIPTION_BYTES)
    throw formatError(`'Description' length is greater than ${MAX_DESCRIPTION_BYTES}.`);
  return value;
}

function section(document: MapValue, name: string): MapValue | undefined {
  const value = member(document, name);
  if (value === undefined || isMap(value)) return value;
  if (name === "Resources") throw formatError("Any Resources member must be an object.");
  throw formatError(`[/${name}] ${name} must be a map`);
}
