import { expect, test } from "vitest";
import { explanationOf } from "./explanation.ts";

const evaluation = (resource: string, more: object = {}) => ({
  action: "s3:DeleteObject",
  resource,
  context: { "aws:SourceIp": ["127.0.0.1"], "s3:prefix": ["a", "b"] },
  evaluatedEffect: "IMPLICIT_DENY",
  matchedPolicies: [],
  ...more,
});
const requestContext = { principal: "arn:p", time: "t", reason: "because of the request" };
const policies = [
  { uri: "inline/one", type: "IDENTITY", attachedTo: { arn: "arn:u" } },
  { uri: "inline/two", type: "SCP" },
];

test("each denial of a request has its own reason, near misses, policies and keys", () => {
  const matchedStatements = [
    { sid: "A", evaluatedEffect: "ALLOW" },
    { sid: "#2", evaluatedEffect: "DENY" },
  ];
  const matchedPolicies = [{ uri: "inline/one", matchedStatements }];
  const obstacles = [
    { statements: [{ sentence: "Almost one." }, { sentence: "Almost two." }] },
    { statements: [], sentence: "None.", proposal: { text: "{}", sentence: "Proposed:" } },
  ];
  const evaluations = [
    evaluation("arn:a", { reason: "because of a", matchedPolicies, obstacles }),
    evaluation("arn:b", { evaluatedEffect: "ALLOW" }),
  ];
  const keys = ["", "Condition keys:", "  aws:SourceIp = 127.0.0.1", "  s3:prefix = a, b"];
  expect(explanationOf({ requestContext, evaluations, policies }).split("\n")).toEqual([
    "t  arn:p",
    ...["denied  s3:DeleteObject on arn:a", "  because of a", ""],
    ...["Almost one.", "Almost two.", "None.", "Proposed:", "{}", ""],
    "Policies evaluated:",
    "  IDENTITY inline/one on arn:u: ALLOW by A, DENY by #2",
    "  SCP inline/two: no statement applies",
    ...keys,
    ...["allowed  s3:DeleteObject on arn:b", "  because of the request", ""],
    "Policies evaluated:",
    "  IDENTITY inline/one on arn:u: no statement applies",
    "  SCP inline/two: no statement applies",
    ...keys,
  ]);
});

test("a denial without a policy says that there was none", () => {
  const shown = explanationOf({ requestContext, evaluations: [evaluation("*")], policies: [] });
  expect(shown).toContain("Policies evaluated:\n  none\n");
});
