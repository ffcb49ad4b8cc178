import type { TextPositions } from "../document/position.ts";
import { CHECK_CODES, type CheckCode } from "./check-codes.ts";
import checkTexts from "./check-texts.json" with { type: "json" };
import { type PathElement, type Place, pathOf } from "./place.ts";

export type { CheckCode };
export type FindingType = "ERROR" | "SECURITY_WARNING" | "SUGGESTION" | "WARNING";

/** Lines start at 1, columns and offsets at 0. */
export interface SpanPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface CheckLocation {
  readonly path: readonly PathElement[];
  /** The end is the position just after the last character. */
  readonly span: { readonly start: SpanPosition; readonly end: SpanPosition };
}

/** A finding in the form in which Access Analyzer's ValidatePolicy answers it. */
export interface CheckFinding {
  readonly findingType: FindingType;
  readonly issueCode: CheckCode;
  readonly learnMoreLink: string;
  readonly findingDetails: string;
  readonly locations: readonly CheckLocation[];
}

/** A finding of a rule while its places are still offsets. */
export interface Report {
  readonly code: CheckCode;
  readonly places: readonly Place[];
  /** Replaces the placeholders of the text. */
  readonly words?: Readonly<Record<string, string | number>>;
  /** Which of the code's texts it is; the first by default. */
  readonly text?: number;
}

const LINK =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html" +
  "#access-analyzer-reference-policy-checks-";
const ANCHORS: Readonly<Record<FindingType, string>> = {
  ERROR: "error",
  SECURITY_WARNING: "security-warning",
  SUGGESTION: "suggestion",
  WARNING: "general-warning",
};

/** Every published code with its type. */
export const CHECK_TYPES = Object.fromEntries(
  CHECK_CODES.map((code) => [code, checkTexts[code].type]),
) as Readonly<Record<CheckCode, FindingType>>;

/** Makes a report what AWS answers. */
export function findingOf(
  { code, places, words = {}, text = 0 }: Report,
  positions: TextPositions,
): CheckFinding {
  const findingType = CHECK_TYPES[code];
  const template: string = checkTexts[code].texts[text] ?? "";
  const position = (offset: number): SpanPosition => {
    const { line, column, offset: bounded } = positions.at(offset);
    return { line, column: column - 1, offset: bounded };
  };
  return {
    findingDetails: template.replace(/\{\{(\w+)\}\}/g, (_all, name) => String(words[name] ?? "")),
    findingType,
    issueCode: code,
    learnMoreLink: `${LINK}${ANCHORS[findingType]}-${code.toLowerCase().replaceAll("_", "-")}`,
    locations: places.map((place) => ({
      path: pathOf(place),
      span: { start: position(place.start), end: position(place.end) },
    })),
  };
}
