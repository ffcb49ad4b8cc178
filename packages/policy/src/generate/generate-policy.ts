import { policySizeWithoutWhitespace } from "../document/policy-size.ts";
import { ownValue } from "../own-value.ts";
import type { ContextValue } from "../request.ts";
import { patternFor, type ResourceRule, withoutCovered } from "./generalise.ts";
import { safeCondition } from "./safe-keys.ts";

/** A call that was made, as it was decided. */
export interface RecordedCall {
  action: string;
  /** The ARN that was decided on, or "*". */
  resource: string;
  /** The resource is a pattern of ARNs, not one. */
  isPattern?: boolean | undefined;
  /** The call that needed it, such as "ivs:CreateChannel". */
  operation?: string | undefined;
  /** Its condition keys, lower-cased. */
  context?: { get(lowerCasedKey: string): ContextValue | undefined } | undefined;
}

export interface GenerateOptions {
  /** "exact" unless it says otherwise. */
  resources?: ResourceRule;
}

/** A statement, and what needs it. */
export interface GeneratedStatement {
  sid: string;
  actions: readonly string[];
  resources: readonly string[];
  /** Values of the condition keys that keep the grant safe. */
  condition: Readonly<Record<string, readonly string[]>>;
  /** How many recorded calls need it. */
  calls: number;
  /** The calls, in order, where the records name them: "ivs:CreateChannel". */
  operations: readonly string[];
}

export interface GeneratedPolicy {
  /** Policies of at most 6,144 characters without whitespace, which together allow the calls. */
  documents: readonly string[];
  statements: readonly GeneratedStatement[];
}

/** Managed policies may have so many characters. Source: IAM's quotas. */
const DOCUMENT_CHARS_MAX = 6_144;
/** Room for a document's own brackets. */
const STATEMENTS_CHARS_MAX = DOCUMENT_CHARS_MAX - 64;
const RESOURCES_CHARS_MAX = 4_000;

/** All calls of an action under the same values of its safe keys. */
interface Need {
  readonly action: string;
  readonly condition: Readonly<Record<string, readonly string[]>>;
  readonly patterns: Set<string>;
  readonly operations: Set<string>;
  calls: number;
}

/**
 * The smallest policies that allow the recorded calls: each action on the resources that it was
 * decided on, actions with the same resources in one statement. Nothing in them is without a call.
 * The same calls in any order give the same policies, so that two runs can be compared.
 */
export function generatePolicy(
  calls: Iterable<RecordedCall>,
  { resources: rule = "exact" }: GenerateOptions = {},
): GeneratedPolicy {
  const needs = needsOf(calls, rule);
  const groups = new Map<string, { needs: Need[]; resources: readonly string[] }>();
  for (const need of needs) {
    const resources = withoutCovered(need.patterns);
    const key = JSON.stringify([resources, need.condition]);
    const group = groups.get(key) ?? { needs: [], resources };
    group.needs.push(need);
    groups.set(key, group);
  }
  const numbers = new Map<string, number>();
  const inOrder = [...groups]
    .map(([key, { needs: own, resources }]) => {
      return { key, own, resources, actions: own.map(({ action }) => action).sort() };
    })
    .sort((one, other) => {
      return compare(String(one.actions), String(other.actions)) || compare(one.key, other.key);
    });
  const statements = inOrder.flatMap(({ own, resources, actions }) =>
    chunksOf(resources).map((chunk): GeneratedStatement => {
      const service = sidOf(actions[0] ?? "");
      const number = (numbers.get(service) ?? 0) + 1;
      numbers.set(service, number);
      return {
        sid: `${service}${number}`,
        actions,
        resources: chunk,
        condition: own[0]?.condition ?? {},
        calls: own.reduce((sum, need) => sum + need.calls, 0),
        operations: [...new Set(own.flatMap(({ operations }) => [...operations]))].sort(),
      };
    }),
  );
  return { documents: documentsOf(statements), statements };
}

/** By code units, on every machine alike. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function needsOf(calls: Iterable<RecordedCall>, rule: ResourceRule): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const { action, resource, isPattern = false, operation, context } of calls) {
    const condition: Need["condition"] = (context && safeCondition(action, context)) ?? {};
    const key = `${action.toLowerCase()} ${JSON.stringify(condition)}`;
    const need = needs.get(key) ?? newNeed(action, condition);
    need.patterns.add(isPattern && rule !== "service" ? resource : patternFor(resource, rule));
    if (operation !== undefined) {
      need.operations.add(operation);
    }
    need.calls += 1;
    needs.set(key, need);
  }
  return [...needs.values()]
    .map((need) => ({ ...need, patterns: patternsLeft(need, needs) }))
    .filter(({ patterns }) => patterns.size > 0);
}

function newNeed(action: string, condition: Need["condition"]): Need {
  return { action, condition, patterns: new Set(), operations: new Set(), calls: 0 };
}

/** The resources that the same action under less of its condition doesn't reach. */
function patternsLeft(need: Need, needs: ReadonlyMap<string, Need>): Need["patterns"] {
  if (Object.keys(need.condition).length === 0) {
    return need.patterns;
  }
  const wider = [...needs.values()].filter((other) => isUnderLess(other, need));
  if (wider.length === 0) {
    return need.patterns;
  }
  const reached = new Set(wider.flatMap(({ patterns }) => [...patterns]));
  const both = withoutCovered([...reached, ...need.patterns]);
  return new Set(both.filter((pattern) => !reached.has(pattern)));
}

function isUnderLess(other: Need, need: Need): boolean {
  const demanded = Object.entries(other.condition);
  return (
    other.action.toLowerCase() === need.action.toLowerCase() &&
    demanded.length < Object.keys(need.condition).length &&
    demanded.every(([key, values]) => String(ownValue(need.condition, key)) === String(values))
  );
}

/** Statements of too many resources become several. */
function chunksOf(resources: readonly string[]): readonly (readonly string[])[] {
  const chunks: string[][] = [[]];
  let chars = 0;
  for (const resource of resources) {
    if (chars + resource.length > RESOURCES_CHARS_MAX && chars > 0) {
      chunks.push([]);
      chars = 0;
    }
    chunks.at(-1)?.push(resource);
    chars += resource.length + '"",'.length;
  }
  return chunks;
}

function documentsOf(statements: readonly GeneratedStatement[]): readonly string[] {
  const documents: object[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const { sid, actions, resources, condition } of statements) {
    const written = {
      Sid: sid,
      Effect: "Allow",
      Action: single(actions),
      Resource: single(resources),
      ...(Object.keys(condition).length > 0 && { Condition: { StringEquals: condition } }),
    };
    const length = policySizeWithoutWhitespace(JSON.stringify(written)) + 1;
    if (chars + length > STATEMENTS_CHARS_MAX) {
      documents.push([]);
      chars = 0;
    }
    documents.at(-1)?.push(written);
    chars += length;
  }
  return documents.map((Statement) =>
    JSON.stringify({ Version: "2012-10-17", Statement }, undefined, 2),
  );
}

function single(values: readonly string[]): string | readonly string[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}

/** "s3:GetObject" → "S3". */
function sidOf(action: string): string {
  const service = action.slice(0, action.indexOf(":")).replace(/[^A-Za-z0-9]/g, "");
  return service.slice(0, 1).toUpperCase() + service.slice(1);
}
