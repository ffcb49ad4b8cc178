import { compilePolicy } from "@rolecast/policy";
import { readAuthorizationData } from "@rolecast/server";
import { expect, test } from "vitest";
import { differenceLines, diffPolicies } from "./policy-diff.ts";

const NAMES = { old: "old.json", now: "new.json" };
const version = (id: string, ...statements: readonly object[]) =>
  compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }, undefined, 2), {
    kind: "identity",
    id,
    managed: false,
  });
const allow = (Action: string | string[], Resource: string, Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const MEDIA = "arn:aws:s3:::media/*";
const get = allow("s3:GetObject", MEDIA);
const onUsEast = { StringEquals: { "aws:RequestedRegion": "us-east-1" } };

test.each([
  [
    "written otherwise",
    [allow(["s3:GetObject", "s3:PutObject"], MEDIA)],
    [allow("s3:PutObject", MEDIA), get],
    ["new.json allows what old.json allows."],
  ],
  [
    "an action more",
    [get],
    [get, allow("s3:PutObject", MEDIA)],
    [
      "new.json allows more than old.json.",
      "new.json also allows `s3:PutObject` on `arn:aws:s3:::media/example` (new.json:9:5).",
    ],
  ],
  [
    "a condition more",
    [get],
    [allow("s3:GetObject", MEDIA, onUsEast)],
    [
      "new.json allows less than old.json.",
      "new.json no longer allows `s3:GetObject` on `arn:aws:s3:::media/example` (old.json:4:5).",
    ],
  ],
  [
    "another value of a condition",
    [allow("s3:GetObject", MEDIA, onUsEast)],
    [allow("s3:GetObject", MEDIA, { StringEquals: { "aws:RequestedRegion": "eu-west-1" } })],
    [
      "new.json and old.json each allow something that the other doesn't.",
      "new.json also allows `s3:GetObject` on `arn:aws:s3:::media/example`, " +
        "with aws:RequestedRegion=eu-west-1 (new.json:4:5).",
      "new.json no longer allows `s3:GetObject` on `arn:aws:s3:::media/example`, " +
        "with aws:RequestedRegion=us-east-1 (old.json:4:5).",
    ],
  ],
  [
    "two keys that it takes",
    [get],
    [
      get,
      allow("s3:PutObject", MEDIA, {
        StringEquals: { "aws:RequestedRegion": "eu-west-1", "s3:x-amz-acl": "private" },
      }),
    ],
    [
      "new.json allows more than old.json.",
      "new.json also allows `s3:PutObject` on `arn:aws:s3:::media/example`, " +
        "with aws:RequestedRegion=eu-west-1, s3:x-amz-acl=private (new.json:9:5).",
    ],
  ],
])("%s", async (_name, old, now, lines) => {
  const difference = diffPolicies(
    version(NAMES.old, ...old),
    version(NAMES.now, ...now),
    await readAuthorizationData(),
  );
  expect(differenceLines(difference, NAMES)).toEqual(lines);
});
