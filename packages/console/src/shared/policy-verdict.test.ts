import { type CheckFinding, validatePolicy } from "@rolecast/policy";
import { expect, test } from "vitest";
import { type Judged, remarksOn, verdictOn } from "./policy-verdict.ts";

const NOTHING: Judged = { findings: [], checks: [], isTooLong: false, isChecking: false };

function check(findingType: CheckFinding["findingType"], line: number): CheckFinding {
  const at = { line, column: 4, offset: 10 * line };
  return {
    findingType,
    issueCode: "INVALID_ACTION",
    findingDetails: "No such action.",
    learnMoreLink: "https://docs.aws.amazon.com/",
    locations: [{ path: [], span: { start: at, end: { ...at, offset: at.offset + 3 } } }],
  };
}

test.each<[Partial<Judged>, string, string]>([
  [{}, "success", "Valid policy"],
  [{ isChecking: true }, "loading", "Checking the policy"],
  [{ isTooLong: true, isChecking: true }, "error", "AWS refuses this policy: it is too long"],
  [{ findings: validatePolicy("{}", "managed") }, "error", "AWS refuses this policy: 1 mistake"],
  [
    { findings: validatePolicy("{}", "managed"), isTooLong: true, checks: [check("ERROR", 1)] },
    "error",
    "AWS refuses this policy: 1 mistake",
  ],
  [
    { checks: [check("WARNING", 2), check("ERROR", 3), check("WARNING", 4)] },
    "error",
    "AWS takes this policy, with 1 error and 2 warnings",
  ],
  [{ checks: [check("SUGGESTION", 1)] }, "info", "AWS takes this policy, with 1 suggestion"],
])("%# has one verdict", (judged, look, text) => {
  expect(verdictOn({ ...NOTHING, ...judged })).toEqual({ look, text });
});

test("remarks say what and where, the worst first", () => {
  const checks = [check("SUGGESTION", 2), check("ERROR", 3)];
  expect(remarksOn({ ...NOTHING, checks })).toMatchObject([
    { text: "Error: No such action.", place: "Line 3, column 5", from: 30, to: 33 },
    { text: "Suggestion: No such action.", place: "Line 2, column 5" },
  ]);
  const [refusal] = remarksOn({ ...NOTHING, findings: validatePolicy('{"Version":1}', "managed") });
  expect(refusal?.place).toMatch(/^Line 1, column \d+$/);
});
