import type { AuthorizationData } from "../advise/authorization-data.ts";
import { type JsonNode, repeatedKeyOf } from "../document/json-node.ts";
import { PolicyJsonError, parseJson } from "../document/json-parser.ts";
import { TextPositions } from "../document/position.ts";
import { DataIndex } from "./data-index.ts";
import { type CheckFinding, findingOf, type Report } from "./finding.ts";
import type { Place } from "./place.ts";
import { checkTypes } from "./rules/shape.ts";
import { RULES } from "./rules.ts";
import { type CheckedPolicyType, type CheckedResourceType, subjectOf } from "./subject.ts";

export interface CheckPolicyOptions {
  readonly policyType: CheckedPolicyType;
  /** The resource whose policy it is; only with RESOURCE_POLICY. */
  readonly resourceType?: CheckedResourceType;
  /** AWS's services, actions, resources and condition keys. */
  readonly data: AuthorizationData;
}

/** Findings of one policy; nobody reads more, and a hostile policy would have tens of thousands. */
const FINDINGS_MAX = 1_000;

/**
 * Finds what ValidatePolicy of IAM Access Analyzer finds, in its codes and words: AWS's published
 * policy checks. The findings are in the order of the text, the first thousand of them.
 */
export function checkPolicy(
  text: string,
  { policyType, resourceType, data }: CheckPolicyOptions,
): readonly CheckFinding[] {
  const positions = new TextPositions(text);
  const root = parsed(text, positions);
  if ("code" in root) return [findingOf(root, positions)];
  if (root.type !== "object") {
    const places = [{ start: root.start, end: root.end }];
    const words = { dataType: "object" };
    return [findingOf({ code: "DATA_TYPE_MISMATCH", places, words }, positions)];
  }
  const subject = subjectOf(root, {
    text,
    policyType,
    resourceType,
    data: DataIndex.of(data),
  });
  const mistyped = [...checkTypes(subject)];
  const reports = [...mistyped];
  for (const rule of RULES) for (const report of rule(subject)) reports.push(report);
  const isMistyped = withinSome(mistyped.flatMap(({ places }) => places));
  return reports
    .filter(({ code, places }) => code === "DATA_TYPE_MISMATCH" || !places.some(isMistyped))
    .sort((one, other) => startOf(one) - startOf(other))
    .slice(0, FINDINGS_MAX)
    .map((report) => findingOf(report, positions));
}

/**
 * Asks whether a place is within one of some, which lie beside each other in the text's order:
 * of an element whose type is wrong nothing else can be said.
 */
function withinSome(places: readonly Place[]): (place: Place) => boolean {
  return ({ start, end }) => {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[middle]?.start ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    const before = places[low - 1];
    return before !== undefined && end <= before.end;
  };
}

function startOf({ places }: Report): number {
  return places[0]?.start ?? 0;
}

/** The JSON, or why it is none. */
function parsed(text: string, positions: TextPositions): JsonNode | Report {
  try {
    const root = parseJson(text);
    const repeated = repeatedKeyIn(root);
    if (!repeated) return root;
    const { keyStart, value } = repeated;
    return { code: "JSON_SYNTAX_ERROR", places: [{ start: keyStart, end: value.end }], text: 1 };
  } catch (error) {
    if (!(error instanceof PolicyJsonError)) throw error;
    const { line, column, offset } = positions.at(error.offset);
    const places = [{ start: offset, end: Math.min(offset + 1, text.length) }];
    return {
      code: "JSON_SYNTAX_ERROR",
      places,
      words: { index: offset, line, column: column - 1 },
    };
  }
}

function repeatedKeyIn(node: JsonNode): ReturnType<typeof repeatedKeyOf> {
  const children =
    node.type === "object"
      ? node.members.map(({ value }) => value)
      : node.type === "array"
        ? node.items
        : [];
  const own = node.type === "object" ? repeatedKeyOf(node) : undefined;
  if (own) return own;
  for (const child of children) {
    const found = repeatedKeyIn(child);
    if (found) return found;
  }
  return undefined;
}
