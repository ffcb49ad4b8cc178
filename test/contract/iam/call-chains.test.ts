import {
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  GetUserCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookupRecords, named } from "../../support/event-records.ts";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { sendSigned, sign } from "../../support/signed-request.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * A caller's credentials are passed on from service to service, and each decision knows through
 * whom they came. Source: IAM user guide, "Forward access sessions" and "AWS global condition
 * context keys"; CloudTrail user guide, "CloudTrail userIdentity element", invokedBy.
 */

const ACCOUNT = "000000000000";
const QUEUE = "queue.internal.example";
const IVS = "ivs.amazonaws.com";
const CLOUDFORMATION = "cloudformation.amazonaws.com";
const IVS_ROLE = "AWSServiceRoleForIVSRecordToS3";
const QUEUE_KEY: Key = {
  accessKeyId: "AKIAQUEUEQUEUEQUEUEQ",
  secretAccessKey: "the-queue-services-own-secret-key",
};
let server: TestServer;
let buckets = 0;

beforeAll(async () => {
  server = await startTestServer({
    linkedServices: [
      {
        servicePrincipal: QUEUE,
        roleName: "AWSServiceRoleForInternalQueue",
        policy: { Version: "2012-10-17", Statement: [allow("s3:PutObject")] },
        accessKeyId: QUEUE_KEY.accessKeyId,
        secretAccessKey: QUEUE_KEY.secretAccessKey,
        forwards: ["ivs:CreateRecordingConfiguration", "iam:PutRolePolicy"],
        usage: { url: "http://127.0.0.1:9/usage" },
      },
    ],
  });
});
afterAll(() => server.close());

interface User {
  readonly key: Key;
  readonly principal: {
    readonly kind: "user";
    readonly accountId: string;
    readonly arn: string;
    readonly id: string;
    readonly userName: string;
  };
}

async function userWith(userName: string, statements: object[]): Promise<User> {
  const { iam } = server.clients();
  const key = await createUser(iam, userName, [allow(["ivs:*", "s3:*"]), ...statements] as never);
  const { User } = await iam.send(new GetUserCommand({ UserName: userName }));
  const { arn } = key;
  const id = User?.UserId ?? "";
  return { key, principal: { kind: "user", accountId: ACCOUNT, arn, id, userName } };
}

/** The queue service's credentials for what the user asked of it. */
async function tradedBy(key: Key): Promise<Key> {
  const received = { method: "PUT", path: "/queues/a", headers: {}, body: "" };
  const Headers = await sign("http://queue.test:80", received, { key, service: "queue" });
  const body = JSON.stringify({ Method: "PUT", Path: "/queues/a", Headers });
  const headers = { "content-type": "application/json" };
  const request = { path: "/forward-access-sessions", headers, body };
  const answer = await sendSigned(server.endpoint, request, {
    key: QUEUE_KEY,
    service: "rolecast",
  });
  const { Credentials } = JSON.parse(answer.body);
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
}

/** Creates a recording configuration in a new bucket, for which IVS calls IAM. */
async function recordingInput() {
  const bucketName = `chain-${++buckets}`;
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: bucketName }));
  return { destinationConfiguration: { s3: { bucketName } } };
}

/** Each way to iam:PutRolePolicy, by the services that it leads through. */
const WAYS: Readonly<Record<string, (user: User) => Promise<unknown>>> = {
  "the user": ({ key }) =>
    server.clients(key).iam.send(
      new PutRolePolicyCommand({
        ...{ RoleName: "plain", PolicyName: "p" },
        PolicyDocument: policyOf([allow("s3:GetObject")]),
      }),
    ),
  "user → ivs": async ({ key }) =>
    server.clients(key).ivs.send(new CreateRecordingConfigurationCommand(await recordingInput())),
  "user → queue → ivs": async ({ key }) =>
    server
      .clients(await tradedBy(key))
      .ivs.send(new CreateRecordingConfigurationCommand(await recordingInput())),
  "user → cloudformation → ivs": async ({ principal }) =>
    server.server.invoke("ivs", "CreateRecordingConfiguration", await recordingInput(), {
      as: { principal, chain: [CLOUDFORMATION] },
      region: "us-east-1",
      sourceIp: "192.0.2.1",
      userAgent: "console",
    }),
};

test("user → queue → ivs → iam: the role is made by the service that asks last", async () => {
  const { key, principal } = await userWith("maker", [
    {
      ...allow("iam:CreateServiceLinkedRole"),
      Condition: {
        StringEquals: { "aws:CalledViaFirst": QUEUE, "aws:CalledViaLast": IVS },
        "ForAllValues:StringEquals": { "aws:CalledVia": [QUEUE, IVS] },
        Bool: { "aws:ViaAWSService": "true" },
      },
    },
    allow(["iam:AttachRolePolicy", "iam:PutRolePolicy"]),
  ]);
  const direct = server
    .clients(key)
    .iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: IVS }));
  await expect(direct).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(WAYS["user → ivs"]?.({ key, principal })).rejects.toThrow(
    /not authorized to perform: iam:CreateServiceLinkedRole/,
  );
  await WAYS["user → queue → ivs"]?.({ key, principal });

  const { cloudtrail } = server.clients();
  const [created] = await lookupRecords(cloudtrail, named("CreateServiceLinkedRole"));
  expect(created).toMatchObject({
    userIdentity: { type: "IAMUser", userName: "maker", invokedBy: IVS },
    sourceIPAddress: IVS,
    userAgent: IVS,
    responseElements: { role: { roleName: IVS_ROLE } },
  });
  const [configured] = await lookupRecords(cloudtrail, named("CreateRecordingConfiguration"));
  expect(configured).toMatchObject({
    userIdentity: { type: "IAMUser", userName: "maker", invokedBy: QUEUE },
    sourceIPAddress: QUEUE,
    userAgent: QUEUE,
  });
});

describe("a condition that asks through whom a call came", () => {
  beforeAll(async () => {
    const trust = policyOf([
      { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    const plain = { RoleName: "plain", AssumeRolePolicyDocument: trust };
    await server.clients().iam.send(new CreateRoleCommand(plain));
  });

  const [user, ivs, queue, cloudformation] = Object.keys(WAYS);
  const everyService = [ivs, queue, cloudformation];

  test.each([
    ["StringEquals", "aws:CalledViaFirst", QUEUE, [queue]],
    ["StringEquals", "aws:CalledViaFirst", IVS, [ivs]],
    ["StringEquals", "aws:CalledViaFirst", CLOUDFORMATION, [cloudformation]],
    ["StringEquals", "aws:CalledViaLast", IVS, everyService],
    ["StringEquals", "aws:CalledViaLast", QUEUE, []],
    ["ForAnyValue:StringEquals", "aws:CalledVia", [QUEUE], [queue]],
    ["ForAnyValue:StringEquals", "aws:CalledVia", [QUEUE, CLOUDFORMATION], [queue, cloudformation]],
    ["ForAllValues:StringEquals", "aws:CalledVia", [IVS], [user, ivs]],
    ["ForAllValues:StringEquals", "aws:CalledVia", [IVS, QUEUE], [user, ivs, queue]],
    ["Null", "aws:CalledVia", "true", [user]],
    ["Bool", "aws:ViaAWSService", "true", everyService],
    ["Bool", "aws:ViaAWSService", "false", [user]],
    ["Null", "aws:SourceIp", "true", everyService],
  ])("%s of %s with %s", async (operator, conditionKey, value, allowed) => {
    const name = `asks-${++buckets}`;
    const condition = { [operator]: { [conditionKey]: value } };
    const asking = await userWith(name, [{ ...allow("iam:PutRolePolicy"), Condition: condition }]);
    const outcomes: string[] = [];
    for (const [way, go] of Object.entries(WAYS)) {
      const refusal = await go(asking).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (refusal === undefined) outcomes.push(way);
      else expect(refusal).toContain("not authorized to perform: iam:PutRolePolicy");
    }
    expect(outcomes).toEqual(allowed);
  });

  test("a service that isn't the last in the chain can't do what is the role's owner's", async () => {
    const { key } = await userWith("owner", [allow("iam:*")]);
    const { iam } = server.clients(await tradedBy(key));
    const put = new PutRolePolicyCommand({
      ...{ RoleName: IVS_ROLE, PolicyName: "p" },
      PolicyDocument: policyOf([allow("s3:PutObject")]),
    });
    await expect(iam.send(put)).rejects.toMatchObject({ name: "UnmodifiableEntityException" });
  });
});
