import { expect, test } from "vitest";
import type { DecidingPolicy, DecisionRecord } from "../kernel/ports/decisions.ts";
import type { Log } from "../kernel/ports/log.ts";
import { decideAgain } from "./decide-again.ts";

const ACCOUNT = "111122223333";
const ARN = `arn:aws:iam::${ACCOUNT}:user/ann`;
const log = { error: () => {} } as unknown as Log;
const policyOf = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string) => ({ Effect: "Allow", Action, Resource: "*" });

function part(kind: "identity" | "scp", id: string, document: string, level?: number) {
  const policy: DecidingPolicy = {
    uri: `inline/${kind}/${id}`,
    type: kind === "scp" ? "SERVICE_CONTROL_POLICY" : "IDENTITY_BASED_POLICY",
    inline: true,
    attachedTo: undefined,
    document,
    source: { kind, id, managed: false },
    level,
  };
  return policy;
}

/** A denial of s3:GetObject, with that many levels of an organization. */
function denial(scpLevels: number, policies: readonly DecidingPolicy[]): DecisionRecord {
  return {
    ...{ authorizationId: "a", atMs: 0, accountId: ACCOUNT, region: "us-east-1", service: "s3" },
    ...{ operation: "GetObject", requestId: "r", principalArn: ARN, action: "s3:GetObject" },
    ...{ resource: "arn:aws:s3:::media/a", evaluatedEffect: "IMPLICIT_DENY", reason: "" },
    ...{ context: { "aws:TagKeys": ["team"] }, matchedPolicies: [], policies },
    request: {
      principal: { kind: "user", accountId: ACCOUNT, arn: ARN, id: "AIDA", userName: "ann" },
      resourceAccountId: ACCOUNT,
      resourceKind: undefined,
      multivalued: ["aws:TagKeys"],
      ...{ scpLevels, rcpLevels: 0 },
    },
  };
}

const own = part("identity", "own", policyOf(allow("s3:*")));
const everything = policyOf(allow("*"));

test("each level of an organization has to allow, one without policies too", () => {
  const root = part("scp", "root", everything, 0);
  const unit = part("scp", "unit", policyOf(allow("ec2:*")), 1);
  const change = { policyUri: unit.uri, document: everything };
  expect(decideAgain(denial(2, [own, root, unit]), change, log).evaluatedEffect).toBe("ALLOW");
  const narrow = { policyUri: root.uri, document: policyOf(allow("ec2:*")) };
  expect(decideAgain(denial(2, [own, root, unit]), narrow, log).evaluatedEffect).not.toBe("ALLOW");
  // The third level has no policy at all.
  expect(decideAgain(denial(3, [own, root, unit]), change, log).evaluatedEffect).not.toBe("ALLOW");
  const added = { type: "SERVICE_CONTROL_POLICY", document: everything };
  expect(decideAgain(denial(3, [own, root, unit]), added, log).evaluatedEffect).toBe("ALLOW");
});

test("a key with a list of one value stays a list", () => {
  const asking = (operator: string) => ({
    policyUri: own.uri,
    document: policyOf({ ...allow("s3:*"), Condition: { [operator]: { "aws:TagKeys": "team" } } }),
  });
  const decided = (operator: string) =>
    decideAgain(denial(0, [own]), asking(operator), log).evaluatedEffect;
  expect(decided("ForAnyValue:StringEquals")).toBe("ALLOW");
  expect(decided("StringEquals")).toBe("IMPLICIT_DENY");
});

test("another account's policies and decisions of earlier versions are refused", () => {
  const others = { ...own, isOthers: true };
  const change = { policyUri: own.uri, document: everything };
  expect(() => decideAgain(denial(0, [others]), change, log)).toThrow(/had no part/);
  const { request: _request, ...earlier } = denial(0, [own]);
  expect(() => decideAgain(earlier, change, log)).toThrow(/earlier version/);
});
