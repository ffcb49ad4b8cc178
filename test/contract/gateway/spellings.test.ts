import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { CreateKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { cloudFormationOf } from "../cloudformation/support.ts";
import { kmsOf, outcomeOf } from "../kms/support.ts";
import { ssmOf } from "../ssm/support.ts";

/*
 * Names that a caller chooses are kept as they are spelled, and condition keys are compared in any
 * case: a request with two spellings of a name is allowed only if it is with each one's value.
 * Source: IAM user guide, "IAM JSON policy elements: Condition"; KMS developer guide,
 * "kms:EncryptionContext:context-key", which advises against pairs that differ by case alone.
 */

const TEMPLATE = JSON.stringify({
  Resources: { Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" } },
});
const DOCUMENT = JSON.stringify({ Version: "2012-10-17", Statement: [allow("s3:GetObject")] });

let server: TestServer;
let key: string;
let users: Readonly<Record<"mustBeHr" | "mayNotBeIt", Key>>;

type Pairs = Readonly<Record<string, string>>;

const listOf = (pairs: Pairs) => Object.entries(pairs).map(([Key, Value]) => ({ Key, Value }));
const headerOf = (pairs: Pairs) => new URLSearchParams(pairs).toString();

/** How many names were used up. */
let count = 0;

const CALLS: Readonly<
  Record<string, { key: string; call: (who: Key, pairs: Pairs) => Promise<unknown> }>
> = {
  "kms:Encrypt": {
    key: "kms:EncryptionContext:Dept",
    call: (who, EncryptionContext) =>
      kmsOf(server, who).send(
        new EncryptCommand({ KeyId: key, Plaintext: Buffer.from("p"), EncryptionContext }),
      ),
  },
  "s3:PutObject": {
    key: "s3:RequestObjectTag/Dept",
    call: (who, pairs) =>
      server.clients(who).s3.send(
        new PutObjectCommand({
          Bucket: "spelled",
          Key: "k",
          Body: "b",
          Tagging: headerOf(pairs),
        }),
      ),
  },
  "s3:GetObject": {
    key: "s3:ExistingObjectTag/Dept",
    call: async (who, pairs) => {
      const at = { Bucket: "spelled", Key: `k${count++}` };
      const put = new PutObjectCommand({ ...at, Body: "b", Tagging: headerOf(pairs) });
      await server.clients().s3.send(put);
      const { Body } = await server.clients(who).s3.send(new GetObjectCommand(at));
      await Body?.transformToString();
    },
  },
  "iam:CreatePolicy": {
    key: "aws:RequestTag/Dept",
    call: (who, pairs) =>
      server.clients(who).iam.send(
        new CreatePolicyCommand({
          PolicyName: `p${count++}`,
          PolicyDocument: DOCUMENT,
          Tags: listOf(pairs),
        }),
      ),
  },
  "ivs:CreateChannel": {
    key: "aws:RequestTag/Dept",
    call: (who, tags) => server.clients(who).ivs.send(new CreateChannelCommand({ tags })),
  },
  "kms:CreateKey": {
    key: "aws:RequestTag/Dept",
    call: (who, pairs) =>
      kmsOf(server, who).send(
        new CreateKeyCommand({
          Tags: Object.entries(pairs).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
        }),
      ),
  },
  "ssm:PutParameter": {
    key: "aws:RequestTag/Dept",
    call: (who, pairs) =>
      ssmOf(server, who).send(
        new PutParameterCommand({
          Name: `p${count++}`,
          Type: "String",
          Value: "v",
          Tags: listOf(pairs),
        }),
      ),
  },
  "cloudformation:CreateStack": {
    key: "aws:RequestTag/Dept",
    call: (who, pairs) =>
      cloudFormationOf(server, who).send(
        new CreateStackCommand({
          StackName: `s${count++}`,
          TemplateBody: TEMPLATE,
          Tags: listOf(pairs),
        }),
      ),
  },
};

beforeAll(async () => {
  server = await startTestServer();
  const { iam, s3 } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "spelled" }));
  const { KeyMetadata } = await kmsOf(server).send(new CreateKeyCommand({}));
  key = KeyMetadata?.Arn ?? "";
  const statements = (Effect: string, value: string) =>
    Object.entries(CALLS).map(([Action, { key }]) => ({
      ...{ Effect, Action, Resource: "*" },
      Condition: { StringEquals: { [key]: value } },
    }));
  const more = allow(["s3:PutObjectTagging", "iam:TagPolicy", "ivs:TagResource"]);
  const tags = allow(["kms:TagResource", "ssm:AddTagsToResource", "cloudformation:TagResource"]);
  users = {
    mustBeHr: await createUser(iam, "must", [...statements("Allow", "hr"), more, tags]),
    mayNotBeIt: await createUser(iam, "may-not", [allow("*"), ...statements("Deny", "it")]),
  };
});
afterAll(() => server?.close());

describe.each(Object.keys(CALLS))("%s", (action) => {
  test.each<[keyof typeof users, Pairs, boolean]>([
    ["mustBeHr", { Dept: "hr" }, true],
    ["mustBeHr", { dept: "hr" }, true],
    ["mustBeHr", { Dept: "hr", dept: "hr" }, true],
    ["mustBeHr", { Dept: "it" }, false],
    ["mustBeHr", { Dept: "it", dept: "hr" }, false],
    ["mustBeHr", { dept: "hr", Dept: "it" }, false],
    ["mayNotBeIt", { Dept: "hr" }, true],
    ["mayNotBeIt", { Dept: "it" }, false],
    ["mayNotBeIt", { Dept: "it", dept: "hr" }, false],
    ["mayNotBeIt", { dept: "hr", Dept: "it" }, false],
    ["mayNotBeIt", { dept: "hr", DEPT: "x" }, true],
  ])("%s with %j: %s", async (who, pairs, isAllowed) => {
    const outcome = await outcomeOf(CALLS[action]?.call(users[who], pairs) ?? Promise.reject());
    expect(outcome).toEqual(isAllowed ? "done" : expect.stringContaining("AccessDenied"));
  });
});
