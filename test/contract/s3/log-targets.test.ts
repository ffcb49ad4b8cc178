import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/** Buckets that server access logs may be sent to, and those that they may not. */
const Bucket = "log-targets-source";
const TARGET = "log-targets";
const Grantee = { Type: "Group", URI: "http://acs.amazonaws.com/groups/s3/LogDelivery" } as const;
const GRANTS = { TargetGrants: [{ Grantee, Permission: "READ" as const }] };
const OK = "accepted";
let server: TestServer;
let client: s3.S3Client;

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "111122223333", rootAccessKeyId: "other", rootSecretAccessKey: "other-secret" },
    ],
  });
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
});
afterAll(() => server?.close());

function policy(statement: object): Step {
  const Resource = `arn:aws:s3:::${TARGET}/*`;
  const Statement = { Action: "s3:PutObject", Resource, ...statement };
  const document = { Version: "2012-10-17", Statement };
  const input = { Bucket: TARGET, Policy: JSON.stringify(document) };
  return () => client.send(new s3.PutBucketPolicyCommand(input));
}
const LOGGING = { Service: "logging.s3.amazonaws.com" };
const notFrom = (source: string) => ({
  ArnNotEquals: { "aws:SourceArn": `arn:aws:s3:::${source}` },
});
const owned = (ObjectOwnership: s3.ObjectOwnership) => () =>
  client.send(
    new s3.PutBucketOwnershipControlsCommand({
      Bucket: TARGET,
      OwnershipControls: { Rules: [{ ObjectOwnership }] },
    }),
  );
const retention = { Mode: "GOVERNANCE", Days: 1 } as const;
const locked = (Rule?: s3.ObjectLockRule) => () =>
  client.send(
    new s3.PutObjectLockConfigurationCommand({
      Bucket: TARGET,
      ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", ...(Rule ? { Rule } : {}) },
    }),
  );
const payer = (Payer: s3.Payer) => () =>
  client.send(
    new s3.PutBucketRequestPaymentCommand({
      Bucket: TARGET,
      RequestPaymentConfiguration: { Payer },
    }),
  );
const REFUSED = "InvalidTargetBucketForLogging";
const MAY_NOT = [
  `${REFUSED}: You must either provide the necessary permissions to the logging service using a`,
  "bucket policy or give the log-delivery group WRITE and READ_ACP permissions to the target",
  "bucket",
].join(" ");

/** Something that is done to the target before. */
type Step = () => Promise<unknown>;

test.each<[string, Partial<s3.CreateBucketCommandInput>, Step[], object, string]>([
  ["nothing granted, without ACLs", {}, [], {}, OK],
  ["nothing granted, with ACLs", { ObjectOwnership: "ObjectWriter" }, [], GRANTS, OK],
  [
    "grants on logs where there are no ACLs",
    {},
    [owned("BucketOwnerEnforced")],
    GRANTS,
    "AccessControlListNotSupported: Target grants not allowed for bucket owner enforced buckets",
  ],
  ["a policy that allows", {}, [policy({ Effect: "Allow", Principal: LOGGING })], {}, OK],
  ["a policy that denies", {}, [policy({ Effect: "Deny", Principal: LOGGING })], {}, MAY_NOT],
  ["a policy that denies all", {}, [policy({ Effect: "Deny", Principal: "*" })], {}, MAY_NOT],
  [
    "a policy that denies other sources",
    {},
    [policy({ Effect: "Deny", Principal: "*", Condition: notFrom(Bucket) })],
    {},
    OK,
  ],
  [
    "a policy that denies this source",
    {},
    [policy({ Effect: "Deny", Principal: "*", Condition: notFrom("other") })],
    {},
    MAY_NOT,
  ],
  [
    "a policy that demands HTTPS",
    {},
    [
      policy({
        Effect: "Deny",
        Principal: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ],
    {},
    OK,
  ],
  [
    "a denial below another prefix",
    {},
    [policy({ Effect: "Deny", Principal: LOGGING, Resource: `arn:aws:s3:::${TARGET}/other/*` })],
    {},
    OK,
  ],
  [
    "requesters who pay",
    {},
    [payer("Requester")],
    {},
    `${REFUSED}: The target bucket for logging cannot be a Requester Pays bucket`,
  ],
  ["an owner who pays again", {}, [payer("Requester"), payer("BucketOwner")], {}, OK],
  ["Object Lock", { ObjectLockEnabledForBucket: true }, [locked()], {}, OK],
  [
    "a default retention",
    { ObjectLockEnabledForBucket: true },
    [locked({ DefaultRetention: retention })],
    {},
    `${REFUSED}: The target bucket for logging cannot have an Object Lock default retention`,
  ],
  [
    "another Region",
    { CreateBucketConfiguration: { LocationConstraint: "us-west-2" } },
    [],
    {},
    "CrossLocationLoggingProhibitted: Cross S3 location logging not allowed. ",
  ],
])("logs into a bucket with %s", async (_what, creation, prepare, of, expected) => {
  const region = creation.CreateBucketConfiguration?.LocationConstraint;
  const maker = server.clients(undefined, region).s3;
  await maker.send(new s3.CreateBucketCommand({ Bucket: TARGET, ...creation }));
  try {
    for (const step of prepare) await step();
    expect(await order(of)).toBe(expected);
  } finally {
    await maker.send(new s3.DeleteBucketPolicyCommand({ Bucket: TARGET }));
    await maker.send(new s3.DeleteBucketCommand({ Bucket: TARGET }));
  }
});

test("logs into another account's bucket", async () => {
  const other = server.clients({ accessKeyId: "other", secretAccessKey: "other-secret" }).s3;
  await other.send(new s3.CreateBucketCommand({ Bucket: TARGET }));
  expect(await order({})).toBe(
    `${REFUSED}: The owner for the bucket to be logged and the target bucket must be the same.`,
  );
  await other.send(new s3.DeleteBucketCommand({ Bucket: TARGET }));
});

async function order(of: object): Promise<string> {
  const LoggingEnabled = { TargetBucket: TARGET, TargetPrefix: "logs/", ...of };
  const BucketLoggingStatus = { LoggingEnabled };
  return client.send(new s3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus })).then(
    () => OK,
    ({ name, message }: Error) => `${name}: ${message}`,
  );
}

test("a grant of READ_ACP, which the API's model lacks, is taken and read back", async () => {
  const target = "log-targets-granted";
  const ObjectOwnership = "BucketOwnerPreferred";
  await client.send(new s3.CreateBucketCommand({ Bucket: target, ObjectOwnership }));
  const TargetGrants = [{ Grantee, Permission: "READ_ACP" as s3.BucketLogsPermission }];
  const LoggingEnabled = { TargetBucket: target, TargetPrefix: "", TargetGrants };
  const BucketLoggingStatus = { LoggingEnabled };
  await client.send(new s3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus }));
  const read = await client.send(new s3.GetBucketLoggingCommand({ Bucket }));
  expect(read.LoggingEnabled?.TargetGrants).toEqual(TargetGrants);
});
