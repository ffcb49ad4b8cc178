import { declareTransform, INCLUDE, isSnippet } from "../declare/transforms.ts";
import { readDocument } from "../document/read-document.ts";
import { TemplateError } from "../document/template-error.ts";
import { isMap, type MapValue, mapOf, member, type Value } from "../document/value.ts";
import type { ExpansionBudget } from "./expansion-budget.ts";
import type { ResolveByParameters } from "./parameters-only.ts";

const SNIPPET = "Fn::Transform";

/** The address in an AWS::Include's parameters. */
export function locationOf(parameters: MapValue, resolve: ResolveByParameters): string {
  const declared = member(parameters, "Location");
  const location = declared === undefined ? undefined : resolve(declared, "Location");
  if (typeof location !== "string")
    throw failed("The Location parameter must be a string that is the S3 URI of a file.");
  return location;
}

/** The addresses in a value's `Fn::Transform`s. */
export function snippetLocations(value: Value, resolve: ResolveByParameters): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Value) => snippetLocations(item, resolve));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    key === SNIPPET ? [snippetLocation(below, resolve)] : snippetLocations(below, resolve),
  );
}

function snippetLocation(declared: Value, resolve: ResolveByParameters): string {
  const { name, parameters } = declareTransform(declared);
  if (name !== INCLUDE) throw new TemplateError(`No transform named ${name} found.`);
  return locationOf(parameters, resolve);
}

/** Puts included members in the place of each `Fn::Transform`, beside those of its map. */
export function includeSnippets(
  value: Value,
  resolve: ResolveByParameters,
  includes: ReadonlyMap<string, string>,
  budget: ExpansionBudget,
): Value {
  const read = new Map<string, MapValue>();
  const include = (below: Value): Value => {
    if (Array.isArray(below)) return sameOr(below, below.map(include));
    if (!isMap(below)) return below;
    const pairs: [string, Value][] = [];
    for (const [key, item] of Object.entries(below)) {
      if (key !== SNIPPET) {
        pairs.push([key, include(item)]);
        continue;
      }
      const location = snippetLocation(item, resolve);
      const members = read.get(location) ?? included(location, includes);
      read.set(location, members);
      budget.spend(includes.get(location)?.length ?? 0);
      budget.spendCopies(1, members);
      pairs.push(...Object.entries(members));
    }
    const isSame = !isSnippet(below) && pairs.every(([key, item]) => below[key] === item);
    return isSame ? below : mapOf(pairs);
  };
  return include(value);
}

function sameOr(before: readonly Value[], after: readonly Value[]): readonly Value[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

/** Adds included sections to those of the template; members of the template win. */
export function includeWhole(
  document: MapValue,
  location: string,
  includes: ReadonlyMap<string, string>,
): MapValue {
  const sections = new Map(Object.entries(included(location, includes)));
  for (const [name, own] of Object.entries(document)) {
    const other = sections.get(name);
    sections.set(name, isMap(own) && isMap(other) ? { ...other, ...own } : own);
  }
  return mapOf(sections);
}

function included(location: string, includes: ReadonlyMap<string, string>): MapValue {
  const text = includes.get(location);
  if (text === undefined) throw failed(`The file ${location} can't be read.`);
  try {
    return readDocument(text);
  } catch (error) {
    if (error instanceof TemplateError) throw failed(error.message);
    throw error;
  }
}

function failed(reason: string): TemplateError {
  return new TemplateError(`Transform ${INCLUDE} failed with: ${reason}`);
}
