import {
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateServiceLinkedRoleCommand,
  CreateVirtualMFADeviceCommand,
  DeleteRoleCommand,
  GetUserCommand,
} from "@aws-sdk/client-iam";
import {
  CreateChannelCommand,
  CreateRecordingConfigurationCommand,
  GetStreamKeyCommand,
} from "@aws-sdk/client-ivs";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, GetFederationTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookupRecords, named } from "../../support/event-records.ts";
import { allow, assumeRole, createRole, createUser, trusting } from "../../support/principals.ts";
import { readFeed } from "../../support/read-feed.ts";
import { openFeed } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
const OTHER = { accessKeyId: "OTHERROOTKEY", secretAccessKey: "other-secret-key" };
const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      {
        id: "222222222222",
        rootAccessKeyId: OTHER.accessKeyId,
        rootSecretAccessKey: OTHER.secretAccessKey,
      },
    ],
  });
});
afterAll(() => server.close());

const records = (eventName: string, key?: Parameters<TestServer["clients"]>[0], region?: string) =>
  lookupRecords(server.clients(key, region).cloudtrail, named(eventName));

async function only(...search: Parameters<typeof records>) {
  const [found] = await records(...search);
  if (!found) throw new Error(`no record of ${search[0]}`);
  return found;
}

test("a change tells who, what, from where, with which outcome", async () => {
  const { iam } = server.clients();
  await createUser(iam, "ann");
  const record = await only("CreateUser");
  expect(record).toMatchObject({
    eventVersion: "1.11",
    userIdentity: {
      type: "Root",
      principalId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      accountId: ACCOUNT,
      accessKeyId: "test",
    },
    eventSource: "iam.amazonaws.com",
    awsRegion: "us-east-1",
    sourceIPAddress: "127.0.0.1",
    userAgent: expect.stringContaining("aws-sdk-js"),
    requestParameters: { userName: "ann" },
    responseElements: {
      user: {
        userName: "ann",
        createDate: expect.stringMatching(/^[A-Z][a-z]{2} \d+, \d{4} \d+:\d\d:\d\d [AP]M$/),
      },
    },
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    eventCategory: "Management",
    recipientAccountId: ACCOUNT,
    resources: [
      { accountId: ACCOUNT, type: "AWS::IAM::User", ARN: `arn:aws:iam::${ACCOUNT}:user/ann` },
    ],
  });
  expect(record.eventTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test("IAM's calls are recorded in us-east-1, whatever Region they were signed for", async () => {
  await createUser(server.clients(undefined, "eu-west-1").iam, "abroad");
  const ofEurope = await records("CreateUser", undefined, "eu-west-1");
  expect(ofEurope).toEqual([]);
  const [latest] = await records("CreateUser");
  expect(latest?.requestParameters).toEqual({ userName: "abroad" });
});

test("a failed call has its error by the shape's name and no answer", async () => {
  const { iam } = server.clients();
  await iam.send(new DeleteRoleCommand({ RoleName: "nobody" })).catch(() => {});
  expect(await only("DeleteRole")).toMatchObject({
    errorCode: "NoSuchEntityException",
    errorMessage: "The role with name nobody cannot be found.",
    requestParameters: { roleName: "nobody" },
    responseElements: null,
  });
});

test("every kind of caller is recorded", async () => {
  const root = server.clients();
  const user = await createUser(root.iam, "bob", [allow(["sts:*", "iam:GetUser"])]);
  const roleArn = await createRole(root.iam, "app", [
    trusting(`arn:aws:iam::${ACCOUNT}:root`, ["sts:AssumeRole", "sts:SetSourceIdentity"]),
  ]);
  const session = await assumeRole(server.clients(user).sts, roleArn, {
    SourceIdentity: "bob@example",
  });
  const { Credentials } = await server
    .clients(user)
    .sts.send(new GetFederationTokenCommand({ Name: "guest" }));
  const federated = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
  const identities: Record<string, unknown>[] = [];
  for (const key of [user, session, federated]) {
    await server.clients(key).sts.send(new GetCallerIdentityCommand({}));
    identities.push((await only("GetCallerIdentity")).userIdentity);
  }
  const attributes = { creationDate: expect.stringMatching(/Z$/), mfaAuthenticated: "false" };
  expect(identities).toEqual([
    {
      type: "IAMUser",
      principalId: expect.stringMatching(/^AIDA/),
      arn: user.arn,
      accountId: ACCOUNT,
      accessKeyId: user.accessKeyId,
      userName: "bob",
    },
    {
      type: "AssumedRole",
      principalId: expect.stringMatching(/^AROA.*:session$/),
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/session`,
      accountId: ACCOUNT,
      accessKeyId: session.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: expect.stringMatching(/^AROA/),
          arn: roleArn,
          accountId: ACCOUNT,
          userName: "app",
        },
        sourceIdentity: "bob@example",
        attributes,
      },
    },
    {
      type: "FederatedUser",
      principalId: `${ACCOUNT}:guest`,
      arn: `arn:aws:sts::${ACCOUNT}:federated-user/guest`,
      accountId: ACCOUNT,
      accessKeyId: federated.accessKeyId,
      sessionContext: {
        sessionIssuer: { type: "IAMUser", arn: user.arn, accountId: ACCOUNT, userName: "bob" },
        attributes,
      },
    },
  ]);
});

test("a call about another account's role is recorded in both accounts, once it succeeds", async () => {
  const other = server.clients(OTHER);
  const roleArn = await createRole(other.iam, "shared", [trusting(`arn:aws:iam::${ACCOUNT}:root`)]);
  const user = await createUser(server.clients().iam, "cross", [allow("sts:AssumeRole")]);
  await assumeRole(server.clients(user).sts, roleArn);
  const [own] = await records("AssumeRole");
  const [theirs] = await records("AssumeRole", OTHER);
  expect(own?.userIdentity).toMatchObject({ type: "IAMUser", userName: "cross" });
  expect(theirs?.userIdentity).toEqual({
    type: "AWSAccount",
    principalId: expect.stringMatching(/^AIDA/),
    accountId: ACCOUNT,
  });
  expect(theirs?.sharedEventID).toBe(own?.sharedEventID);
  expect(theirs?.eventID).not.toBe(own?.eventID);

  const before = (await records("AssumeRole", OTHER)).length;
  const stranger = await createUser(server.clients().iam, "stranger");
  await expect(assumeRole(server.clients(stranger).sts, roleArn)).rejects.toThrow(/not authorized/);
  expect((await only("AssumeRole")).errorCode).toBe("AccessDenied");
  expect(await records("AssumeRole", OTHER)).toHaveLength(before);
});

test("a service-linked role's life: made for the caller by the service, then assumed by it", async () => {
  const { s3, ivs } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "recordings" }));
  const destinationConfiguration = { s3: { bucketName: "recordings" } };
  await ivs.send(new CreateRecordingConfigurationCommand({ destinationConfiguration }));
  expect(await only("CreateServiceLinkedRole")).toMatchObject({
    userIdentity: { type: "Root", invokedBy: "ivs.amazonaws.com" },
    sourceIPAddress: "ivs.amazonaws.com",
    userAgent: "ivs.amazonaws.com",
    requestParameters: { aWSServiceName: "ivs.amazonaws.com" },
    responseElements: { role: { roleName: "AWSServiceRoleForIVSRecordToS3" } },
  });
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3`;
  const onBehalfOf = { accountId: ACCOUNT };
  const as = {
    principal: { kind: "service", serviceName: "ivs.amazonaws.com", onBehalfOf },
  } as const;
  const input = { RoleArn, RoleSessionName: "recording" };
  await server.server.invoke("sts", "AssumeRole", input, { as, region: "us-east-1" });
  expect(await only("AssumeRole")).toMatchObject({
    userIdentity: { type: "AWSService", invokedBy: "ivs.amazonaws.com" },
    sourceIPAddress: "ivs.amazonaws.com",
    requestParameters: { roleArn: RoleArn, roleSessionName: "recording" },
    responseElements: {
      assumedRoleUser: {
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSServiceRoleForIVSRecordToS3/recording`,
      },
    },
    readOnly: true,
    recipientAccountId: ACCOUNT,
  });
});

test("what a refused creation began leaves the refusal and nothing else", async () => {
  const { iam } = server.clients();
  const user = await createUser(iam, "half", [allow(["ivs:*", "s3:*"])]);
  const { ivs, s3 } = server.clients(user, "us-west-2");
  await s3.send(new CreateBucketCommand({ Bucket: "half-way" }));
  const destinationConfiguration = { s3: { bucketName: "half-way" } };
  const create = new CreateRecordingConfigurationCommand({ destinationConfiguration });
  await expect(ivs.send(create)).rejects.toThrow(/not authorized/);
  expect(await only("CreateRecordingConfiguration", undefined, "us-west-2")).toMatchObject({
    errorCode: "AccessDeniedException",
    responseElements: null,
  });
  expect((await only("PutRolePolicy")).errorCode).toBe("AccessDenied");
});

test("no secret stands in any record", async () => {
  const { iam, ivs, sts, s3 } = server.clients();
  const secrets: (string | undefined)[] = ["Pass-word-1", "Pass-word-2"];
  await createUser(iam, "keeper");
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "keeper" }));
  await iam.send(new CreateLoginProfileCommand({ UserName: "keeper", Password: "Pass-word-1" }));
  await server
    .clients({
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    })
    .iam.send(new ChangePasswordCommand({ OldPassword: "Pass-word-1", NewPassword: "Pass-word-2" }))
    .catch(() => {});
  const { VirtualMFADevice } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "phone" }),
  );
  const { streamKey, channel } = await ivs.send(new CreateChannelCommand({ name: "live" }));
  await ivs.send(new GetStreamKeyCommand({ arn: streamKey?.arn }));
  const token = await sts.send(new GetFederationTokenCommand({ Name: "guest" })).catch(() => {});
  const roleArn = await createRole(iam, "vault", [trusting(`arn:aws:iam::${ACCOUNT}:root`)]);
  const session = await assumeRole(sts, roleArn);
  await s3.send(new CreateBucketCommand({ Bucket: "things" }));
  secrets.push(
    AccessKey?.SecretAccessKey,
    Buffer.from(VirtualMFADevice?.Base32StringSeed ?? "").toString(),
    streamKey?.value,
    channel?.srt?.passphrase,
    token?.Credentials?.SecretAccessKey,
    session.secretAccessKey,
    session.sessionToken,
  );
  const text = JSON.stringify(await lookupRecords(server.clients().cloudtrail));
  const known = secrets.filter((secret): secret is string => Boolean(secret));
  expect(known.length).toBeGreaterThan(6);
  expect(known.filter((secret) => text.includes(secret))).toEqual([]);
  expect((await only("CreateChannel")).responseElements).toMatchObject({
    streamKey: { value: HIDDEN },
  });
  expect((await only("CreateLoginProfile")).requestParameters).toMatchObject({ password: HIDDEN });
});

test("data events leave no record", async () => {
  const { s3 } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "objects" }));
  await s3.send(new PutObjectCommand({ Bucket: "objects", Key: "k", Body: "x" }));
  expect(await records("PutObject")).toEqual([]);
  expect(await only("CreateBucket")).toMatchObject({
    requestParameters: { bucketName: "objects" },
  });
});

test("records are streamed as they are made", async () => {
  const response = await openFeed(server.endpoint, "cloudtrail");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  await server
    .clients()
    .iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "ecs.amazonaws.com" }));
  await server.clients().iam.send(new GetUserCommand({ UserName: "ann" }));
  const text = await readFeed(response, '"GetUser"');
  const names = [...text.matchAll(/^data: (.*)$/gm)].map(
    ([, json = ""]) => (JSON.parse(json) as { eventName: string }).eventName,
  );
  expect(names).toEqual(["ReadCloudTrail", "CreateServiceLinkedRole", "GetUser"]);
});
