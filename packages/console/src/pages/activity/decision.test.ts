import { expect, test } from "vitest";
import { parseDecision } from "./decision.ts";

const SENT = {
  authorizationId: "id1",
  atMs: 1_000,
  principalArn: "arn:aws:iam::000000000000:user/ann",
  action: "s3:GetObject",
  resource: "arn:aws:s3:::media/a",
  evaluatedEffect: "EXPLICIT_DENY",
  reason: "with an explicit deny",
  matchedPolicies: [
    { uri: "arn:p", matchedStatements: [{ sid: "OverTls", evaluatedEffect: "DENY" }] },
  ],
  obstacles: [{ effect: "DENY", statements: [{ sentence: "Denied." }] }],
  layers: [{ type: "IDENTITY_BASED_POLICY", effect: "EXPLICIT_DENY", decides: true }],
};

test("a decision is read with its policies and statements", () => {
  expect(parseDecision(SENT)).toEqual({
    isConsole: false,
    obstacles: SENT.obstacles,
    layers: SENT.layers,
    id: "id1",
    at: new Date(1_000),
    principalArn: SENT.principalArn,
    action: SENT.action,
    resource: SENT.resource,
    effect: "EXPLICIT_DENY",
    reason: SENT.reason,
    matched: [{ uri: "arn:p", statements: ["OverTls: DENY"] }],
  });
});

test.each([
  ["ALLOW", "ALLOW"],
  ["EXPLICIT_DENY", "EXPLICIT_DENY"],
  ["IMPLICIT_DENY", "IMPLICIT_DENY"],
  ["SOMETHING", "IMPLICIT_DENY"],
])("the effect %s is shown as %s", (evaluatedEffect, expected) => {
  expect(parseDecision({ ...SENT, evaluatedEffect })?.effect).toBe(expected);
});

test("members that are missing are empty", () => {
  const { reason, matched } =
    parseDecision({ authorizationId: "id1", matchedPolicies: [null] }) ?? {};
  expect(reason).toBe("");
  expect(matched).toEqual([{ uri: "undefined", statements: [] }]);
});

test.each([undefined, null, "text", 1, [], {}, { authorizationId: 1 }])(
  "%j is no decision",
  (value) => {
    expect(parseDecision(value)).toBeUndefined();
  },
);
