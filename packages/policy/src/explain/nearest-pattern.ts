import { ARN_PARTS, arnColons } from "../compile/arn-parts.ts";
import { arnMatches, arnPatternOf, splitTokens } from "../compile/arn-pattern.ts";
import { globMatches, globOf } from "../compile/glob.ts";
import { type PatternToken, tokenizePattern } from "../compile/pattern-tokens.ts";
import { requiredKeysOf, resolveTokens, variableValue } from "../compile/string-pattern.ts";
import type { NegatableList } from "../document/policy-document.ts";
import type { RequestContextValues } from "../request.ts";
import { areSpelledAlike } from "../spelling.ts";
import type { ArnPart } from "./obstacle.ts";

/** A distance that no statement bridges: it is about something else. */
export const FAR = 100;
const EXCLUDED = 4;
const ANOTHER_PART = 3;

/** The action of a statement that was probably meant to be this one; undefined if there is none. */
export function misspelling(element: NegatableList, action: string): string | undefined {
  if (element.negated) {
    return undefined;
  }
  const wanted = action.toLowerCase();
  const service = wanted.slice(0, wanted.indexOf(":") + 1);
  return element.values.find((written) => isMisspelling(written, wanted, service));
}

/** `wanted` is lower-cased; `service` its beginning, with the colon. */
function isMisspelling(written: string, wanted: string, service: string): boolean {
  if (written.slice(0, service.length).toLowerCase() !== service) {
    return service + written.toLowerCase() === wanted && !written.includes(":");
  }
  return areSpelledAlike(written.slice(service.length).toLowerCase(), wanted.slice(service.length));
}

export interface NearestResource {
  written: string;
  distance: number;
  differsIn: readonly ArnPart[];
  unresolved: readonly string[];
}

const PART_NAMES: readonly ArnPart[] = [
  "prefix",
  "partition",
  "service",
  "region",
  "account",
  "resource",
];

/** The pattern of a Resource or NotResource that comes nearest to a resource it doesn't cover. */
export function nearestResource(
  { values, negated }: NegatableList,
  variables: boolean,
  resource: string,
  context: RequestContextValues,
): NearestResource {
  let nearest: NearestResource = { written: "", distance: FAR, differsIn: [], unresolved: [] };
  for (const written of values) {
    const tokens = tokenizePattern(written, { variables, wildcards: true });
    const unresolved = requiredKeysOf(tokens).filter(
      (key) => variableValue(key, undefined, context) === undefined,
    );
    const excludes = negated && arnMatches(arnPatternOf(tokens), resource, context);
    const compared = excludes
      ? { distance: EXCLUDED, differsIn: [] }
      : compareArn(tokens, resource, context);
    if (nearest.written === "" || compared.distance < nearest.distance) {
      nearest = { written, ...compared, unresolved };
    }
  }
  return nearest;
}

/** In which parts the pattern doesn't cover the ARN, and how far it is from covering it. */
function compareArn(
  tokens: readonly PatternToken[],
  resource: string,
  context: RequestContextValues,
): { distance: number; differsIn: readonly ArnPart[] } {
  const parts = splitTokens(tokens);
  const colons = arnColons(resource);
  if (parts.length < ARN_PARTS || colons.length < ARN_PARTS - 1) {
    return { distance: FAR, differsIn: [] };
  }
  const differsIn: ArnPart[] = [];
  let distance = 0;
  for (const [index, part] of parts.entries()) {
    const name = PART_NAMES[index];
    const from = index === 0 ? 0 : (colons[index - 1] ?? 0) + 1;
    const to = colons[index] ?? resource.length;
    const resolved = resolveTokens(part, context);
    if (name === undefined || (resolved && globMatches(globOf(resolved), resource, from, to))) {
      continue;
    }
    differsIn.push(name);
    distance += partDistance(name, resolved ?? part, resource.slice(from, to));
  }
  return { distance, differsIn };
}

function partDistance(name: ArnPart, tokens: readonly PatternToken[], actual: string): number {
  if (name === "prefix" || name === "service") {
    return FAR;
  }
  if (name !== "resource") {
    return 2;
  }
  const [first] = tokens;
  const start = first?.kind === "literal" ? first.text : "";
  let common = 0;
  while (common < start.length && start[common] === actual[common]) {
    common += 1;
  }
  // A pattern for another bucket, or another kind of resource, comes after one for the same.
  return 1 + ANOTHER_PART * (1 - common / Math.max(start.length, 1));
}
