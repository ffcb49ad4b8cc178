import { compilePolicy } from "@rolecast/policy";
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
      "more: s3:putobject on arn:aws:s3:::media/, allowed at new.json:9:5",
    ],
  ],
  [
    "a condition more",
    [get],
    [allow("s3:GetObject", MEDIA, onUsEast)],
    [
      "new.json allows less than old.json.",
      "less: s3:getobject on arn:aws:s3:::media/, allowed at old.json:4:5",
    ],
  ],
  [
    "another value of a condition",
    [allow("s3:GetObject", MEDIA, onUsEast)],
    [allow("s3:GetObject", MEDIA, { StringEquals: { "aws:RequestedRegion": "eu-west-1" } })],
    [
      "new.json and old.json each allow something that the other doesn't.",
      "more: s3:getobject on arn:aws:s3:::media/ with aws:requestedregion=eu-west-1, " +
        "allowed at new.json:4:5",
      "less: s3:getobject on arn:aws:s3:::media/ with aws:requestedregion=us-east-1, " +
        "allowed at old.json:4:5",
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
      "more: s3:putobject on arn:aws:s3:::media/ with aws:requestedregion=eu-west-1, " +
        "s3:x-amz-acl=private, allowed at new.json:9:5",
    ],
  ],
])("%s", (_name, old, now, lines) => {
  const difference = diffPolicies(version(NAMES.old, ...old), version(NAMES.now, ...now));
  expect(differenceLines(difference, NAMES)).toEqual(lines);
});
