import {
  type AutomatonPattern,
  literalPosition,
  type PatternPosition,
} from "./pattern-automaton.ts";
import { type Budget, findString, meets, type StringConstraint } from "./string-search.ts";

/**
 * The resources that an action is about, as templates of ARNs ("arn:${Partition}:s3:::${Bucket}");
 * "*" for an action that knows no types of resources.
 */
export type ResourceFormsOf = (action: string) => readonly string[];

export interface Plausible {
  readonly action: string;
  readonly resource: string;
}

/** Steps of patterns in one search: some hundredths of a second. */
const STEPS_MAX = 20_000;

const DIGITS = "0123456789";
const LOWER = "xyzabcdefghijklmnopqrstuvw";
const LETTERS = `${LOWER}${LOWER.toUpperCase()}`;
const NAME = `${LETTERS}${DIGITS}-_.`;
const PATH = `${NAME}/`;
const BUCKET = `${LOWER}${DIGITS}-`;
const BUCKET_CHARS_MIN = 3;
const ACCOUNT_CHARS = 12;
/** The end of a name that a policy leaves open. */
const EXAMPLE = "example";

/** How much of a resource is as people expect it, the most first. */
const TRIES = [
  { isUsual: true, named: "all" },
  { isUsual: true, named: "last" },
  { isUsual: true, named: "none" },
  { isUsual: false, named: "all" },
  { isUsual: false, named: "none" },
] as const;
type Try = (typeof TRIES)[number];

/**
 * A known action and a resource that it may be about, which meet the constraints; undefined if none
 * was found. Constraints are on lower-cased actions.
 */
export function findPlausible(
  ofAction: readonly StringConstraint[],
  ofResource: readonly StringConstraint[],
  knownActions: readonly string[],
  formsOf: ResourceFormsOf,
): Plausible | undefined {
  const budget: Budget = { left: STEPS_MAX };
  const tried = new Map<string, string | undefined>();
  for (const action of knownActions) {
    if (!meets(ofAction, action.toLowerCase())) {
      continue;
    }
    for (const form of formsOf(action)) {
      if (!tried.has(form)) {
        tried.set(form, resourceOf(form, ofResource, budget));
      }
      const resource = tried.get(form);
      if (resource !== undefined) {
        return { action, resource };
      }
    }
    if (budget.left < 0) {
      return undefined;
    }
  }
  return undefined;
}

function resourceOf(
  form: string,
  constraints: readonly StringConstraint[],
  budget: Budget,
): string | undefined {
  for (const one of TRIES) {
    const patterns = [patternOf(form, one)];
    const found = findString([...constraints, { patterns, matches: true }], budget);
    if (found.kind === "found") {
      return found.value;
    }
  }
  return undefined;
}

/** A template with its placeholders as names of the kind that they stand for. */
function patternOf(form: string, { isUsual, named }: Try): AutomatonPattern {
  const parts = form.split(/\$\{(\w+)\}/);
  return parts.flatMap((part, index) => {
    if (index % 2 === 0) {
      return literal(part);
    }
    const isNamed = named === "all" || (named === "last" && index === parts.length - 2);
    return placeholder(part, isUsual, isNamed);
  });
}

function placeholder(name: string, isUsual: boolean, isNamed: boolean): AutomatonPattern {
  switch (name) {
    case "Partition":
      return literal("aws");
    case "Region":
      return isUsual ? literal("us-east-1") : someOf(`${LOWER}${DIGITS}-`);
    case "Account":
      return isUsual
        ? literal("111122223333")
        : Array.from({ length: ACCOUNT_CHARS }, () => literalPosition(DIGITS));
    default: {
      const isBucket = /bucket/i.test(name);
      const chars = isBucket ? BUCKET : /object|path/i.test(name) ? PATH : NAME;
      return isNamed
        ? [manyOf(chars), ...literal(EXAMPLE)]
        : someOf(chars, isBucket ? BUCKET_CHARS_MIN : 1);
    }
  }
}

function literal(text: string): AutomatonPattern {
  return [...text].map(literalPosition);
}

function someOf(chars: string, least = 1): AutomatonPattern {
  return [...Array.from({ length: least }, () => literalPosition(chars)), manyOf(chars)];
}

function manyOf(chars: string): PatternPosition {
  return { chars, negated: false, repeated: true };
}
