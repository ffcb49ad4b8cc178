import { describe, expect, test } from "vitest";
import { CHECK_CODES } from "./check-codes.ts";
import { checkPolicy } from "./check-policy.ts";
import checkTexts from "./check-texts.json" with { type: "json" };
import { CHECK_TYPES, type CheckCode, type CheckFinding } from "./finding.ts";
import type { PathElement } from "./place.ts";
import type { Case, Policy } from "./testing/case.testing.ts";
import { CONDITION_CASES } from "./testing/condition-cases.testing.ts";
import { DATA } from "./testing/data.testing.ts";
import { ELEMENT_CASES } from "./testing/element-cases.testing.ts";
import { PRINCIPAL_CASES } from "./testing/principal-cases.testing.ts";
import { VALUE_CASES } from "./testing/value-cases.testing.ts";

const CASES = { ...ELEMENT_CASES, ...CONDITION_CASES, ...VALUE_CASES, ...PRINCIPAL_CASES };

/** Codes that AWS publishes and nothing can have, with the reason. */
const NEVER: Readonly<Partial<Record<CheckCode, string>>> = {
  SCP_SYNTAX_ERROR_ACTION_WILDCARD:
    "control policies take wildcards anywhere in an action since September 2025",
};

function check({ text, policyType, resourceType }: Policy): readonly CheckFinding[] {
  return checkPolicy(text, { policyType, data: DATA, ...(resourceType && { resourceType }) });
}

function stepOf(element: PathElement): string {
  if ("value" in element) return element.value;
  if ("index" in element) return String(element.index);
  if ("key" in element) return `[${element.key}]`;
  return `@${element.substring.start}+${element.substring.length}`;
}

const rows: readonly (readonly [string, Case])[] = Object.entries(CASES);

test("the codes are those that have texts", () => {
  expect([...CHECK_CODES].sort()).toEqual(Object.keys(checkTexts).sort());
});

describe("each of AWS's policy checks", () => {
  test.each(rows)(
    "%s is found, at its place",
    (code, { found, at, quotes, details, also = [] }) => {
      const findings = check(found);
      expect(findings.map(({ issueCode }) => issueCode).sort()).toEqual([code, ...also].sort());
      const finding = findings.find(({ issueCode }) => issueCode === code);
      expect(finding?.locations.map(({ path }) => path.map(stepOf).join("."))).toEqual(at);
      const spans = finding?.locations.map(({ span }) =>
        found.text.slice(span.start.offset, span.end.offset),
      );
      expect(spans).toEqual(quotes);
      expect(finding?.findingDetails).not.toMatch(/\{\{|undefined/);
      if (details !== undefined) expect(finding?.findingDetails).toBe(details);
    },
  );

  test.each(rows)("%s isn't found in a policy like it", (_code, { silent }) => {
    expect(check(silent)).toEqual([]);
  });

  test("has a case here, or a reason why it can't be found", () => {
    const missing = Object.keys(CHECK_TYPES).filter((code) => !(code in CASES || code in NEVER));
    expect(missing).toEqual([]);
    expect(Object.keys(CHECK_TYPES)).toHaveLength(153);
  });
});
