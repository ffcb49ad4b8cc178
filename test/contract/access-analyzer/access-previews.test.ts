import * as analyzer from "@aws-sdk/client-accessanalyzer";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const OWN = "000000000000";
const OTHER_ROOT = "arn:aws:iam::111122223333:root";
const OWN_ROOT = `arn:aws:iam::${OWN}:root`;
const BUCKET = "arn:aws:s3:::previewed";
const POINT = `arn:aws:s3:us-east-1:${OWN}:accesspoint/films`;
const SECRET_FOR_ALL = {
  ...{ Effect: "Allow", Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" },
};
const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

let server: TestServer;
let analyzerArn = "";
let keyArn = "";
beforeAll(async () => {
  server = await startTestServer();
  const { arn } = await client().createAnalyzer({ analyzerName: "previews", type: "ACCOUNT" });
  analyzerArn = arn ?? "";
  const { s3: buckets, iam: roles } = server.clients();
  await buckets.send(new s3.CreateBucketCommand({ Bucket: "previewed" }));
  await buckets.send(new s3.DeletePublicAccessBlockCommand({ Bucket: "previewed" }));
  const Policy = reading("previewed", { AWS: OTHER_ROOT });
  await buckets.send(new s3.PutBucketPolicyCommand({ Bucket: "previewed", Policy }));
  await roles.send(
    new iam.CreateRoleCommand({ RoleName: "app", AssumeRolePolicyDocument: trusting(OWN_ROOT) }),
  );
  const keys = new kms.KMS({ ...options(), region: "us-east-1" });
  keyArn = (await keys.createKey({})).KeyMetadata?.Arn ?? "";
});
afterAll(() => server?.close());

const options = () => ({ endpoint: server.endpoint, credentials: ROOT, maxAttempts: 1 });
const client = () => new analyzer.AccessAnalyzer({ ...options(), region: "us-east-1" });
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const reading = (name: string, Principal: unknown, Action = "s3:GetObject") =>
  policy({ Effect: "Allow", Principal, Action, Resource: `arn:aws:s3:::${name}/*` });
const secretOf = (own: object) => ({
  [`arn:aws:secretsmanager:us-east-1:${OWN}:secret:token-AbCdEf`]: {
    secretsManagerSecret: { ...own, secretPolicy: policy(SECRET_FOR_ALL) },
  },
});
const trusting = (AWS: string) =>
  policy({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" });
const keyPolicy = (AWS: string) =>
  policy({ Effect: "Allow", Principal: { AWS }, Action: "kms:*", Resource: "*" });

/** Reading through an access point, for a principal. */
const throughPoint = (AWS: string, arn = POINT) =>
  policy({
    ...{ Effect: "Allow", Principal: { AWS }, Action: "*", Resource: [arn, `${arn}/object/*`] },
  });

/** The preview that AWS's validator of templates makes of an access point. */
const behindPoint = (
  point: analyzer.S3AccessPointConfiguration,
  { arn = POINT, account = OWN, ...more }: Partial<Behind> = {},
): Record<string, analyzer.Configuration> => ({
  "arn:aws:s3:::behind": {
    s3Bucket: {
      bucketPolicy: policy({
        ...{ Effect: "Allow", Principal: { AWS: "*" }, Action: "*" },
        Resource: ["arn:aws:s3:::behind", "arn:aws:s3:::behind/*"],
        Condition: { StringEquals: { "s3:DataAccessPointAccount": account } },
      }),
      accessPoints: { [arn]: point },
      ...more,
    },
  },
});
interface Behind extends analyzer.S3BucketConfiguration {
  readonly arn: string;
  readonly account: string;
}

function sourced({ principal, isPublic, condition, sources = [] }: analyzer.AccessPreviewFinding) {
  return [Object.values(principal ?? {})[0], isPublic, condition, ...sources];
}

function summarised(finding: analyzer.AccessPreviewFinding): unknown {
  const { changeType, status, principal, isPublic, existingFindingStatus } = finding;
  return [changeType, status, Object.values(principal ?? {})[0], isPublic, existingFindingStatus]
    .filter((each) => each !== undefined)
    .join(" ");
}

async function preview(
  configurations: Record<string, analyzer.Configuration>,
  view = summarised,
): Promise<unknown> {
  const { id: accessPreviewId = "" } = await client().createAccessPreview({
    analyzerArn,
    configurations,
  });
  const { accessPreview } = await client().getAccessPreview({ accessPreviewId, analyzerArn });
  if (accessPreview?.status === "FAILED") return accessPreview.statusReason?.code;
  const { findings = [] } = await client().listAccessPreviewFindings({
    accessPreviewId,
    analyzerArn,
  });
  return findings.map(view);
}

describe("of a bucket that is there", () => {
  test.each<[string, analyzer.S3BucketConfiguration, unknown]>([
    ["as it is", {}, [`UNCHANGED ACTIVE ${OTHER_ROOT} false ACTIVE`]],
    [
      "with another action",
      { bucketPolicy: reading("previewed", { AWS: OTHER_ROOT }, "s3:PutObject") },
      [`CHANGED ACTIVE ${OTHER_ROOT} false ACTIVE`],
    ],
    [
      "for everybody",
      { bucketPolicy: reading("previewed", "*") },
      ["NEW ACTIVE * true", `CHANGED RESOLVED ${OTHER_ROOT} false ACTIVE`],
    ],
    [
      "for everybody, but blocked",
      {
        bucketPolicy: reading("previewed", "*"),
        bucketPublicAccessBlock: { ignorePublicAcls: true, restrictPublicBuckets: true },
      },
      [`CHANGED RESOLVED ${OTHER_ROOT} false ACTIVE`],
    ],
    ["without a policy", { bucketPolicy: "" }, [`CHANGED RESOLVED ${OTHER_ROOT} false ACTIVE`]],
    ["with a policy that is none", { bucketPolicy: "{}" }, "INVALID_CONFIGURATION"],
  ])("%s", async (_, s3Bucket, expected) => {
    const found = await preview({ [BUCKET]: { s3Bucket } });
    expect(Array.isArray(found) ? found.toSorted() : found).toEqual(
      Array.isArray(expected) ? expected.toSorted() : expected,
    );
  });
});

test.each<[string, () => Record<string, analyzer.Configuration>, unknown]>([
  [
    "a new bucket by its ACL",
    () => ({
      "arn:aws:s3:::not-yet": {
        s3Bucket: {
          bucketAclGrants: [{ permission: "READ", grantee: { uri: ALL_USERS } }],
        },
      },
    }),
    ["NEW ACTIVE * true"],
  ],
  ["a new bucket as it is made", () => ({ "arn:aws:s3:::not-yet": { s3Bucket: {} } }), []],
  [
    "a role",
    () => ({
      [`arn:aws:iam::${OWN}:role/app`]: { iamRole: { trustPolicy: trusting(OTHER_ROOT) } },
    }),
    [`NEW ACTIVE ${OTHER_ROOT} false`],
  ],
  [
    "a new role that says nothing",
    () => ({ [`arn:aws:iam::${OWN}:role/new`]: { iamRole: {} } }),
    "INVALID_CONFIGURATION",
  ],
  [
    "a key's policy",
    () => ({ [keyArn]: { kmsKey: { keyPolicies: { default: keyPolicy(OTHER_ROOT) } } } }),
    [`NEW ACTIVE ${OTHER_ROOT} false`],
  ],
  [
    "a key's grants",
    () => ({
      [keyArn]: {
        kmsKey: {
          grants: [
            {
              operations: ["Decrypt"],
              granteePrincipal: OTHER_ROOT,
              issuingAccount: OWN,
            },
          ],
        },
      },
    }),
    [`NEW ACTIVE ${OTHER_ROOT} false`],
  ],
  [
    "a key without a policy",
    () => ({ [keyArn]: { kmsKey: { keyPolicies: { default: "" } } } }),
    "INVALID_CONFIGURATION",
  ],
  [
    "a queue, which isn't here",
    () => ({
      [`arn:aws:sqs:us-east-1:${OWN}:jobs`]: {
        sqsQueue: {
          queuePolicy: policy({
            Effect: "Allow",
            Principal: "*",
            Action: "sqs:SendMessage",
            Resource: "*",
          }),
        },
      },
    }),
    ["NEW ACTIVE * true"],
  ],
  ["a secret without a key of its own", () => secretOf({}), []],
  [
    "a secret with one",
    () => secretOf({ kmsKeyId: `arn:aws:kms:us-east-1:${OWN}:key/own` }),
    ["NEW ACTIVE * true"],
  ],
])("%s", async (_, configurations, expected) => {
  expect(await preview(configurations())).toEqual(expected);
});

const OPEN = { ignorePublicAcls: false, restrictPublicBuckets: false };
const SHUT = { ignorePublicAcls: true, restrictPublicBuckets: true };
const NETWORK = { vpcConfiguration: { vpcId: "vpc-010e1791024eb0af9" } };
const MULTI_REGION = `arn:aws:s3::${OWN}:accesspoint/mabc12.mrap`;
const OTHERS_POINT = "arn:aws:s3:us-east-1:111122223333:accesspoint/films";

test.each<[string, Record<string, analyzer.Configuration>, unknown]>([
  [
    "for another account",
    behindPoint({ accessPointPolicy: throughPoint(OTHER_ROOT) }),
    [[OTHER_ROOT, false, {}, { type: "S3_ACCESS_POINT", detail: { accessPointArn: POINT } }]],
  ],
  [
    "for another account in one network",
    behindPoint({ accessPointPolicy: throughPoint(OTHER_ROOT), networkOrigin: NETWORK }),
    [
      [
        ...[OTHER_ROOT, false, { "aws:SourceVpc": NETWORK.vpcConfiguration.vpcId }],
        { type: "S3_ACCESS_POINT", detail: { accessPointArn: POINT } },
      ],
    ],
  ],
  [
    "for the own account",
    behindPoint({
      accessPointPolicy: throughPoint(OWN_ROOT),
      networkOrigin: { internetConfiguration: {} },
    }),
    [],
  ],
  ["without a policy", behindPoint({ accessPointPolicy: "" }), []],
  [
    "for everybody, which a new one blocks",
    behindPoint({ accessPointPolicy: throughPoint("*") }),
    [],
  ],
  [
    "for everybody",
    behindPoint({ accessPointPolicy: throughPoint("*"), publicAccessBlock: OPEN }),
    [["*", true, {}, { type: "S3_ACCESS_POINT", detail: { accessPointArn: POINT } }]],
  ],
  [
    "for everybody, which the bucket blocks",
    behindPoint(
      { accessPointPolicy: throughPoint("*"), publicAccessBlock: OPEN },
      { bucketPublicAccessBlock: SHUT },
    ),
    [],
  ],
  [
    "for everybody of one network, which is never public",
    behindPoint(
      { accessPointPolicy: throughPoint("*"), networkOrigin: NETWORK },
      { bucketPublicAccessBlock: SHUT },
    ),
    [
      [
        ...["*", false, { "aws:SourceVpc": NETWORK.vpcConfiguration.vpcId }],
        { type: "S3_ACCESS_POINT", detail: { accessPointArn: POINT } },
      ],
    ],
  ],
  [
    "of several Regions",
    behindPoint(
      { accessPointPolicy: throughPoint(OTHER_ROOT, MULTI_REGION) },
      { arn: MULTI_REGION },
    ),
    [
      [
        OTHER_ROOT,
        false,
        {},
        { type: "S3_ACCESS_POINT", detail: { accessPointArn: MULTI_REGION } },
      ],
    ],
  ],
  [
    "of several Regions in one network",
    behindPoint({ networkOrigin: NETWORK }, { arn: MULTI_REGION }),
    "INVALID_CONFIGURATION",
  ],
  ["of another account", behindPoint({}, { arn: OTHERS_POINT }), "INVALID_CONFIGURATION"],
  [
    "with a policy about something else",
    behindPoint({ accessPointPolicy: throughPoint(OWN_ROOT, "arn:aws:s4:notvalid") }),
    "INVALID_CONFIGURATION",
  ],
  [
    "with a policy that is none",
    behindPoint({ accessPointPolicy: "nothing" }),
    "INVALID_CONFIGURATION",
  ],
  ["with a policy of nothing", behindPoint({ accessPointPolicy: "{}" }), "INVALID_CONFIGURATION"],
  [
    "of another account, by the bucket's policy",
    behindPoint({}, { account: "111122223333" }),
    [
      [
        ...["*", true, {}],
        { type: "S3_ACCESS_POINT_ACCOUNT", detail: { accessPointAccount: "111122223333" } },
      ],
    ],
  ],
  [
    "of another account, by the bucket's policy, without public access",
    behindPoint({}, { account: "111122223333", bucketPublicAccessBlock: SHUT }),
    [
      [
        ...["111122223333", false, {}],
        { type: "S3_ACCESS_POINT_ACCOUNT", detail: { accessPointAccount: "111122223333" } },
      ],
    ],
  ],
  [
    "a bucket's policy that is none, with public access blocked",
    { [BUCKET]: { s3Bucket: { bucketPolicy: "nothing", bucketPublicAccessBlock: SHUT } } },
    "INVALID_CONFIGURATION",
  ],
])("an access point %s", async (_, configurations, expected) => {
  expect(await preview(configurations, sourced)).toEqual(expected);
});

test("previews are listed with AWS's members, and their findings filtered", async () => {
  const configurations = {
    [BUCKET]: { s3Bucket: { bucketPolicy: reading("previewed", ["*"]) } },
  };
  const input = { analyzerArn, configurations, clientToken: "once" };
  const { id = "" } = await client().createAccessPreview(input);
  expect((await client().createAccessPreview(input)).id).toBe(id);
  const [latest] = (await client().listAccessPreviews({ analyzerArn })).accessPreviews ?? [];
  expect(latest).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    analyzerArn,
    createdAt: expect.any(Date),
    status: expect.stringMatching(/^(COMPLETED|FAILED)$/),
    ...(latest?.status === "FAILED" && { statusReason: { code: "INVALID_CONFIGURATION" } }),
  });
  const whole = await client().getAccessPreview({ accessPreviewId: id, analyzerArn });
  expect(whole.accessPreview).toMatchObject({ id, configurations });
});

test.each<[string, Record<string, analyzer.Criterion>, number]>([
  ["all", {}, 2],
  ["new ones", { changeType: { eq: ["NEW"] } }, 1],
  ["those that exist", { existingFindingId: { exists: true } }, 1],
  ["what goes", { status: { eq: ["RESOLVED"] }, existingFindingStatus: { eq: ["ACTIVE"] } }, 1],
  ["what is public", { isPublic: { eq: ["true"] } }, 1],
])("findings of a preview are filtered: %s", async (_, filter, count) => {
  const { id: accessPreviewId = "" } = await client().createAccessPreview({
    analyzerArn,
    configurations: { [BUCKET]: { s3Bucket: { bucketPolicy: reading("previewed", "*") } } },
  });
  const { findings } = await client().listAccessPreviewFindings({
    accessPreviewId,
    analyzerArn,
    filter,
  });
  expect(findings).toHaveLength(count);
});

test.each<[string, Record<string, analyzer.Configuration>]>([
  ["two resources", { [BUCKET]: { s3Bucket: {} }, "arn:aws:s3:::other": { s3Bucket: {} } }],
  ["no resource", {}],
  ["a snapshot", { "arn:aws:ec2:us-east-1::snapshot/snap-1": { ebsSnapshot: {} } }],
  ["access points without their ARNs", { [BUCKET]: { s3Bucket: { accessPoints: { x: {} } } } }],
  [
    "an access point of no network",
    behindPoint({ networkOrigin: { vpcConfiguration: { vpcId: "NotAValidVpc" } } }),
  ],
  [
    "eleven access points",
    {
      [BUCKET]: {
        s3Bucket: {
          accessPoints: Object.fromEntries([...Array(11).keys()].map((n) => [`${POINT}${n}`, {}])),
        },
      },
    },
  ],
])("is refused of %s", async (_, configurations) => {
  await expect(client().createAccessPreview({ analyzerArn, configurations })).rejects.toMatchObject(
    {
      name: "ValidationException",
    },
  );
});
