import fc from "fast-check";
import { expect, test } from "vitest";
import { layers, request } from "../arbitraries.testing.ts";
import { compilePolicy } from "../compile/compile-policy.ts";
import { decide } from "../decide/decide.ts";
import { PolicySet } from "../decide/policy-set.ts";
import type { DecisionRequest } from "../request.ts";
import { unusedPermissions } from "./unused-permissions.ts";

const texts = layers.map(({ identity }) => identity?.[0]).filter((text) => text !== undefined);

/** Root users and services need no policy of their own. */
const requests = request.filter(({ principal: { kind } }) => kind === "user");

function allows(text: string, asked: DecisionRequest): boolean {
  const policy = compilePolicy(text, { kind: "identity", id: "p", managed: false });
  return decide(asked, { identity: new PolicySet([policy]) }) === "allow";
}

test("a reduced policy allows every call that needed the whole, and no call that it denied", () => {
  const reductions = { some: 0, none: 0 };
  fc.assert(
    fc.property(texts, fc.array(requests, { maxLength: 12 }), (text, asked) => {
      const needed = asked.filter((each) => allows(text, each)).slice(0, 3);
      const { reduced, statements } = unusedPermissions(text, needed);
      reductions[statements.length > 0 ? "some" : "none"] += 1;
      for (const each of needed) expect(reduced !== undefined && allows(reduced, each)).toBe(true);
      for (const each of asked)
        if (!allows(text, each)) expect(reduced !== undefined && allows(reduced, each)).toBe(false);
    }),
    { numRuns: 300 },
  );
  expect(Math.min(reductions.some, reductions.none)).toBeGreaterThan(5);
});

const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Media",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:Put*", "s3:DeleteObject"],
      Resource: ["arn:aws:s3:::media/*", "arn:aws:s3:::old/*"],
    },
    { Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" },
    { Sid: "Channels", Effect: "Allow", Action: "ivs:*", Resource: "*" },
    { Effect: "Allow", NotAction: "iam:*", Resource: "arn:aws:s3:::${aws:username}/*" },
  ],
});

test("statements, actions and resources that nothing needed are named and left out", () => {
  const { statements, reduced } = unusedPermissions(policy, [
    { action: "s3:GetObject", resource: "arn:aws:s3:::media/a" },
    { action: "s3:PutObjectAcl", resource: "arn:aws:s3:::media/a" },
    { action: "sqs:SendMessage", resource: "arn:aws:sqs:us-east-1:000000000000:q" },
  ]);
  const unused = { isUnused: true, resources: ["*"], actions: ["ivs:*"] };
  expect(statements).toEqual([
    {
      ...{ index: 0, sid: "Media", isUnused: false },
      ...{ actions: ["s3:DeleteObject"], resources: ["arn:aws:s3:::old/*"] },
    },
    { index: 2, sid: "Channels", ...unused },
  ]);
  expect(JSON.parse(reduced ?? "").Statement[0]).toEqual({
    Sid: "Media",
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:Put*"],
    Resource: ["arn:aws:s3:::media/*"],
  });
});

test("nothing is left of a policy that no call needed; a pattern needs what it may meet", () => {
  expect(unusedPermissions(policy, []).reduced).toBeUndefined();
  const pattern = { action: "s3:GetObject", resource: "arn:aws:s3:::*", isPattern: true };
  expect(unusedPermissions(policy, [pattern]).statements[0]?.resources).toEqual([]);
});
