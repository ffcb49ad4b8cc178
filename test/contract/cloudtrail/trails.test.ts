import { gunzipSync } from "node:zlib";
import {
  AddTagsCommand,
  CreateTrailCommand,
  type CreateTrailCommandInput,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTagsCommand,
  ListTrailsCommand,
  PutEventSelectorsCommand,
  RemoveTagsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import { GetUserCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventRecord } from "../../support/event-records.ts";
import { createUser, policyOf } from "../../support/principals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const arnOf = (name: string, region = "us-east-1") =>
  `arn:aws:cloudtrail:${region}:${ACCOUNT}:trail/${name}`;

/** Puts the policy of AWS's user guide on a trail's bucket. */
async function makeBucket(Bucket: string, trail: string, region = "us-east-1"): Promise<void> {
  const { s3 } = server.clients(undefined, region);
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } }),
    }),
  );
  const from = { Principal: { Service: "cloudtrail.amazonaws.com" }, Effect: "Allow" };
  const source = { "aws:SourceArn": arnOf(trail) };
  const Policy = policyOf([
    {
      ...from,
      Action: "s3:GetBucketAcl",
      Resource: `arn:aws:s3:::${Bucket}`,
      Condition: { StringEquals: source },
    },
    {
      ...from,
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${Bucket}/AWSLogs/${ACCOUNT}/*`,
      Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", ...source } },
    },
  ]);
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

async function logFiles(Bucket: string, region = "us-east-1"): Promise<Map<string, EventRecord[]>> {
  const { s3 } = server.clients(undefined, region);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const files = new Map<string, EventRecord[]>();
  for (const { Key = "" } of Contents.filter(({ Size = 0 }) => Size > 0)) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? "").toString();
    files.set(Key, (JSON.parse(text) as { Records: EventRecord[] }).Records);
  }
  return files;
}

test("a logging trail writes what happens into its bucket, until it is stopped", async () => {
  await makeBucket("trail-logs", "audit", "eu-west-1");
  const { cloudtrail, iam } = server.clients();
  const created = await cloudtrail.send(
    new CreateTrailCommand({ Name: "audit", S3BucketName: "trail-logs", IsMultiRegionTrail: true }),
  );
  expect(created).toMatchObject({
    Name: "audit",
    S3BucketName: "trail-logs",
    TrailARN: arnOf("audit"),
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
  });
  await createUser(iam, "too-early");
  await cloudtrail.send(new StartLoggingCommand({ Name: "audit" }));
  await createUser(iam, "in-time");
  await iam.send(new GetUserCommand({ UserName: "in-time" }));
  await server.clients(undefined, "eu-west-1").cloudtrail.send(new DescribeTrailsCommand({}));
  await cloudtrail.send(new StopLoggingCommand({ Name: arnOf("audit") }));
  await createUser(iam, "too-late");

  let files = new Map<string, EventRecord[]>();
  await expect
    .poll(async () => {
      files = await logFiles("trail-logs", "eu-west-1");
      return files.size;
    })
    .toBe(2);
  for (const key of files.keys()) {
    expect(key).toMatch(
      /^AWSLogs\/0{12}\/CloudTrail\/(us-east-1|eu-west-1)\/\d{4}\/\d\d\/\d\d\/0{12}_CloudTrail_\1_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/,
    );
  }
  const records = [...files.values()].flat();
  const users = records.map(({ requestParameters }) => requestParameters?.userName);
  expect(users).toContain("in-time");
  expect(users).not.toContain("too-early");
  expect(users).not.toContain("too-late");
  expect(new Set(records.map(({ eventName }) => eventName))).toEqual(
    new Set(["StartLogging", "CreateUser", "CreateAccessKey", "GetUser", "DescribeTrails"]),
  );
  const status = await cloudtrail.send(new GetTrailStatusCommand({ Name: "audit" }));
  expect(status).toMatchObject({
    IsLogging: false,
    StartLoggingTime: expect.any(Date),
    StopLoggingTime: expect.any(Date),
    LatestDeliveryTime: expect.any(Date),
  });
});

test("the bucket's policy decides, when a trail is made and when it delivers", async () => {
  const { cloudtrail, s3, iam } = server.clients();
  const create = (input: Partial<CreateTrailCommandInput>) =>
    cloudtrail.send(
      new CreateTrailCommand({ Name: "denied", S3BucketName: "no-policy", ...input }),
    );
  await expect(create({})).rejects.toMatchObject({
    name: "S3BucketDoesNotExistException",
    message: "S3 bucket no-policy does not exist!",
  });
  await s3.send(new CreateBucketCommand({ Bucket: "no-policy" }));
  await expect(create({})).rejects.toMatchObject({
    name: "InsufficientS3BucketPolicyException",
    message: "Incorrect S3 bucket policy is detected for bucket: no-policy",
    $metadata: { httpStatusCode: 400 },
  });
  await makeBucket("revoked", "revoked");
  await cloudtrail.send(new CreateTrailCommand({ Name: "revoked", S3BucketName: "revoked" }));
  await cloudtrail.send(new StartLoggingCommand({ Name: "revoked" }));
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket: "revoked",
      Policy: policyOf([
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:PutObject",
          Resource: "arn:aws:s3:::revoked/*",
        },
      ]),
    }),
  );
  await createUser(iam, "unseen");
  await cloudtrail.send(new StopLoggingCommand({ Name: "revoked" }));
  await expect
    .poll(async () => {
      const { LatestDeliveryError } = await cloudtrail.send(
        new GetTrailStatusCommand({ Name: "revoked" }),
      );
      return LatestDeliveryError;
    })
    .toBe("AccessDenied");
  await cloudtrail.send(new DeleteTrailCommand({ Name: "revoked" }));
});

test("trails are made, seen, changed, tagged and deleted", async () => {
  await makeBucket("life", "life");
  const { cloudtrail } = server.clients();
  const abroad = server.clients(undefined, "eu-central-1").cloudtrail;
  await cloudtrail.send(
    new CreateTrailCommand({
      Name: "life",
      S3BucketName: "life",
      TagsList: [{ Key: "team", Value: "a" }],
    }),
  );
  const again = new CreateTrailCommand({ Name: "life", S3BucketName: "life" });
  await expect(cloudtrail.send(again)).rejects.toMatchObject({
    name: "TrailAlreadyExistsException",
  });
  const shadows = async () => (await abroad.send(new DescribeTrailsCommand({}))).trailList ?? [];
  expect((await shadows()).map(({ Name }) => Name)).not.toContain("life");
  await cloudtrail.send(new UpdateTrailCommand({ Name: "life", IsMultiRegionTrail: true }));
  expect((await shadows()).map(({ Name }) => Name)).toContain("life");
  const { Trail } = await abroad.send(new GetTrailCommand({ Name: arnOf("life") }));
  expect(Trail).toMatchObject({
    HomeRegion: "us-east-1",
    IsMultiRegionTrail: true,
    HasCustomEventSelectors: false,
  });
  await expect(
    abroad.send(new UpdateTrailCommand({ Name: arnOf("life"), IsMultiRegionTrail: false })),
  ).rejects.toMatchObject({ name: "InvalidHomeRegionException" });
  const { Trails = [] } = await abroad.send(new ListTrailsCommand({}));
  expect(Trails).toContainEqual({
    TrailARN: arnOf("life"),
    Name: "life",
    HomeRegion: "us-east-1",
  });

  const ResourceId = arnOf("life");
  await cloudtrail.send(
    new AddTagsCommand({ ResourceId, TagsList: [{ Key: "stage", Value: "test" }] }),
  );
  const twice = [{ Key: "stage" }, { Key: "stage" }];
  await expect(
    cloudtrail.send(new AddTagsCommand({ ResourceId, TagsList: twice })),
  ).rejects.toMatchObject({ name: "InvalidTagParameterException" });
  await cloudtrail.send(new RemoveTagsCommand({ ResourceId, TagsList: [{ Key: "team" }] }));
  const tags = await cloudtrail.send(new ListTagsCommand({ ResourceIdList: [ResourceId] }));
  expect(tags.ResourceTagList).toEqual([
    { ResourceId, TagsList: [{ Key: "stage", Value: "test" }] },
  ]);

  await cloudtrail.send(
    new PutEventSelectorsCommand({
      TrailName: "life",
      EventSelectors: [{ ReadWriteType: "WriteOnly" }],
    }),
  );
  const selectors = await cloudtrail.send(new GetEventSelectorsCommand({ TrailName: "life" }));
  expect(selectors.EventSelectors).toMatchObject([
    { ReadWriteType: "WriteOnly", IncludeManagementEvents: true },
  ]);
  const insights = new GetInsightSelectorsCommand({ TrailName: "life" });
  await expect(cloudtrail.send(insights)).rejects.toMatchObject({
    name: "InsightNotEnabledException",
  });
  await cloudtrail.send(new DeleteTrailCommand({ Name: "life" }));
  await expect(cloudtrail.send(new GetTrailCommand({ Name: "life" }))).rejects.toMatchObject({
    name: "TrailNotFoundException",
    message: `Unknown trail: ${arnOf("life")} for the user: ${ACCOUNT}`,
  });
});

test.each<[CreateTrailCommandInput, string]>([
  [{ Name: "", S3BucketName: "bucket" }, "InvalidTrailNameException"],
  [{ Name: "ab", S3BucketName: "bucket" }, "InvalidTrailNameException"],
  [{ Name: "a b c", S3BucketName: "bucket" }, "InvalidTrailNameException"],
  [{ Name: "-abc", S3BucketName: "bucket" }, "InvalidTrailNameException"],
  [{ Name: "a--b", S3BucketName: "bucket" }, "InvalidTrailNameException"],
  [{ Name: "192.168.5.4", S3BucketName: "bucket" }, "InvalidTrailNameException"],
  [{ Name: "a".repeat(129), S3BucketName: "bucket" }, "InvalidTrailNameException"],
  [{ Name: "fine", S3BucketName: "Bucket" }, "InvalidS3BucketNameException"],
  [{ Name: "fine", S3BucketName: undefined }, "ValidationException"],
  [{ Name: "fine", S3BucketName: "bucket", S3KeyPrefix: "/a" }, "InvalidS3PrefixException"],
  [{ Name: "fine", S3BucketName: "bucket", KmsKeyId: "k" }, "UnsupportedOperationException"],
  [
    {
      Name: "fine",
      S3BucketName: "bucket",
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: false,
    },
    "InvalidParameterCombinationException",
  ],
])("CreateTrail %j is refused: %s", async (input, name) => {
  const { cloudtrail } = server.clients();
  await expect(cloudtrail.send(new CreateTrailCommand(input))).rejects.toMatchObject({ name });
});

test.each([
  ["trail!", "Trail name must ends with a letter or number."],
  ["#trail", "Trail name must starts with a letter or number."],
  ["my#trail", expect.stringMatching("^Trail name or ARN can only contain uppercase letters, ")],
])("the name %s is refused for its ends before its characters", async (Name, message) => {
  const create = new CreateTrailCommand({ Name, S3BucketName: "bucket" });
  await expect(server.clients().cloudtrail.send(create)).rejects.toMatchObject({ message });
});

test("every operation is decided, in CloudTrail's words", async () => {
  const nobody = await createUser(server.clients().iam, "nobody");
  const { cloudtrail } = server.clients(nobody);
  await expect(cloudtrail.send(new StopLoggingCommand({ Name: "audit" }))).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: `User: ${nobody.arn} is not authorized to perform: cloudtrail:StopLogging on resource: ${arnOf("audit")} because no identity-based policy allows the cloudtrail:StopLogging action`,
    $metadata: { httpStatusCode: 400 },
  });
  await expect(cloudtrail.send(new DescribeTrailsCommand({}))).rejects.toThrow(
    `User: ${nobody.arn} is not authorized to perform: cloudtrail:DescribeTrails because`,
  );
});
