import { expect, test } from "vitest";
import { type RecordedResource, RecordedResources } from "./resource-names.ts";

const on = (resource: string, resourceAccountId?: string) => ({
  action: "any:Action",
  resource,
  ...(resourceAccountId === undefined ? {} : { resourceAccountId }),
});
const resources = () => new RecordedResources(() => new Map([["s3", "AWS::S3"]]));

test("a resource without an account in its ARN is its owner's, whoever called before", () => {
  const all = resources();
  const bucket = "arn:aws:s3:::films";
  for (const owner of ["111111111111", "222222222222"])
    expect(all.of([on(bucket, owner)], "333333333333")).toEqual([
      { ARN: bucket, accountId: owner, type: "AWS::S3::Bucket" },
    ]);
  expect(all.of([on(bucket)], "333333333333")).toEqual([
    { ARN: bucket, accountId: "333333333333", type: "AWS::S3::Bucket" },
  ]);
});

test("a resource is named once, by its ARN's account, and the same each time", () => {
  const all = resources();
  const role = "arn:aws:iam::111111111111:role/team/app";
  const expected = [{ ARN: role, accountId: "111111111111", type: "AWS::IAM::Role" }];
  expect(all.of([on(role, "222222222222"), on(role)], "333333333333")).toEqual(expected);
  expect(all.of([on(role)], "444444444444")).toEqual(expected);
});

test("what is longer than an ARN may be takes no memory", () => {
  const all = resources();
  const kept = (length: number) => {
    const role = "arn:aws:iam::111111111111:role/".padEnd(length, "x");
    const [first] = all.of([on(role)], "111111111111");
    return all.of([on(role)], "111111111111").includes(first as RecordedResource);
  };
  expect([kept(2_048), kept(2_049)]).toEqual([true, false]);
});

test("what isn't named whole is no resource of a record", () => {
  const patterns = ["*", "arn:aws:iam::111111111111:role/*", "arn:aws:s3:::films/"];
  expect(
    resources().of(
      patterns.map((pattern) => on(pattern)),
      "111111111111",
    ),
  ).toEqual([]);
});
