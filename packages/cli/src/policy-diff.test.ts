import { compilePolicy } from "@rolecast/policy";
import { expect, test } from "vitest";
import { diffPolicies } from "./policy-diff.ts";

const version = (...statements: readonly object[]) => {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return { text, policy: compilePolicy(text, { kind: "identity", id: "p", managed: false }) };
};
const allow = (Action: string | string[], Resource = "arn:aws:s3:::media/*") => ({
  Effect: "Allow",
  Action,
  Resource,
});
const asked = (old: ReturnType<typeof version>, now: ReturnType<typeof version>) =>
  diffPolicies(old, now).map(
    ({ action, resource, before, after }) => `${action} ${resource} ${before} ${after}`,
  );

test("versions that decide alike don't differ, however they are written", () => {
  const one = version(allow(["s3:GetObject", "s3:PutObject"]));
  const other = version(allow("s3:PutObject"), allow("s3:GetObject"));
  expect(diffPolicies(one, other)).toEqual([]);
});

test("an action that is added is allowed on each filling of the resource", () => {
  const changes = asked(version(allow("s3:GetObject")), version(allow("s3:*Object")));
  expect(changes).toEqual([
    "s3:ExampleObject arn:aws:s3:::media/ implicitDeny allow",
    "s3:ExampleObject arn:aws:s3:::media/example implicitDeny allow",
    "s3:ExampleObject arn:aws:s3:::media/example/deep/name implicitDeny allow",
    "s3:Object arn:aws:s3:::media/ implicitDeny allow",
    "s3:Object arn:aws:s3:::media/example implicitDeny allow",
    "s3:Object arn:aws:s3:::media/example/deep/name implicitDeny allow",
  ]);
});

test("what only the old version names is asked too, and a statement may stand alone", () => {
  const old = version(allow("s3:GetObject", "arn:aws:s3:::a"));
  const denied = version({ ...allow("s3:GetObject", "arn:aws:s3:::a"), Effect: "Deny" });
  expect(asked(old, version(allow("ivs:GetChannel", "*")))).toContain(
    "s3:GetObject arn:aws:s3:::a allow implicitDeny",
  );
  expect(asked(old, denied)).toEqual(["s3:GetObject arn:aws:s3:::a allow explicitDeny"]);
});

test("a statement with a condition doesn't apply", () => {
  const Condition = { Bool: { "aws:SecureTransport": "true" } };
  const changes = diffPolicies(
    version({ ...allow("s3:GetObject"), Condition }),
    version(allow("ivs:GetChannel", "arn:aws:ivs:::channel/x")),
  );
  expect(changes.map(({ action }) => action)).toEqual(["ivs:GetChannel"]);
});
