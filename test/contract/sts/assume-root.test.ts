import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetAccountSummaryCommand,
  GetLoginProfileCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import {
  AssumeRootCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, assumeRole, createRole, createUser, trusting } from "../../support/principals.ts";
import {
  type Clients,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

const MANAGEMENT = "000000000000";
const MEMBER = "111122223333";
const MEMBER_ROOT = `arn:aws:iam::${MEMBER}:root`;
const MEMBER_KEY = {
  accessKeyId: "AKIAMEMBERMEMBERMEMB",
  secretAccessKey: "member-root-secret-key",
};
const task = (name: string) => ({ arn: `arn:aws:iam::aws:policy/root-task/${name}` });

let server: TestServer;
let member: Clients;
let operator: Key;
beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      {
        id: MEMBER,
        rootAccessKeyId: MEMBER_KEY.accessKeyId,
        rootSecretAccessKey: MEMBER_KEY.secretAccessKey,
      },
    ],
  });
  member = server.clients(MEMBER_KEY);
  operator = await createUser(server.clients().iam, "operator", [
    {
      ...allow("sts:AssumeRoot", MEMBER_ROOT),
      Condition: { StringNotLike: { "sts:TaskPolicyArn": "*/SQSUnlockQueuePolicy" } },
    },
  ]);
});
afterAll(() => server.close());

async function assumeRoot(name: string, by: Key = operator, TargetPrincipal = MEMBER) {
  const input = { TargetPrincipal, TaskPolicyArn: task(name) };
  const { Credentials } = await server.clients(by).sts.send(new AssumeRootCommand(input));
  return {
    expires: Credentials?.Expiration,
    clients: server.clients({
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    }),
  };
}

describe("AssumeRoot", () => {
  test("opens a bucket of a member account whose policy denies everybody, and nothing else", async () => {
    const Bucket = "locked";
    await member.s3.send(new CreateBucketCommand({ Bucket }));
    const Statement = [
      { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: `arn:aws:s3:::${Bucket}` },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await member.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const { clients, expires } = await assumeRoot("S3UnlockBucketPolicy");
    expect(Math.round(((expires?.getTime() ?? 0) - Date.now()) / 100_000)).toBe(9);
    expect(await clients.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: MEMBER_ROOT,
      Account: MEMBER,
    });
    await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    const again = { TargetPrincipal: MEMBER, TaskPolicyArn: task("S3UnlockBucketPolicy") };
    for (const attempt of [
      () => clients.s3.send(new ListObjectsV2Command({ Bucket })),
      () => clients.iam.send(new ListUsersCommand({})),
      () => clients.sts.send(new AssumeRootCommand(again)),
    ])
      await expect(attempt()).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("audits the credentials of root, but not those of users", async () => {
    await member.iam.send(new CreateUserCommand({ UserName: "ann" }));
    const { clients } = await assumeRoot("IAMAuditRootUserCredentials", operator, MEMBER_ROOT);
    const { AccessKeyMetadata } = await clients.iam.send(new ListAccessKeysCommand({}));
    expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId: MEMBER_KEY.accessKeyId }]);
    await clients.iam.send(new GetAccountSummaryCommand({}));
    await expect(clients.iam.send(new GetLoginProfileCommand({}))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
    await expect(
      clients.iam.send(new ListAccessKeysCommand({ UserName: "ann" })),
    ).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("lengthens the token to the size that was asked for, as GetSessionToken does", async () => {
    const size = { MinimumSessionTokenSize: 4096 };
    const input = { TargetPrincipal: MEMBER, TaskPolicyArn: task("S3UnlockBucketPolicy"), ...size };
    for (const answer of [
      await server.clients(operator).sts.send(new AssumeRootCommand(input)),
      await server.clients(operator).sts.send(new GetSessionTokenCommand(size)),
    ]) {
      expect(answer).toMatchObject({ SessionTokenSize: 4096, SessionTokenUtilization: 100 });
      expect(answer.Credentials?.SessionToken).toHaveLength(4096);
    }
  });

  test("deletes a key of root's", async () => {
    const { AccessKey } = await member.iam.send(new CreateAccessKeyCommand({}));
    const AccessKeyId = AccessKey?.AccessKeyId;
    const { clients } = await assumeRoot("IAMDeleteRootUserCredentials");
    await expect(clients.iam.send(new CreateAccessKeyCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    await clients.iam.send(new DeleteAccessKeyCommand({ AccessKeyId }));
    const { AccessKeyMetadata } = await member.iam.send(new ListAccessKeysCommand({}));
    expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId: MEMBER_KEY.accessKeyId }]);
  });

  test("is for AWS's root tasks alone, each by its own name", async () => {
    const anything = await createUser(server.clients().iam, "anything", [allow("sts:AssumeRoot")]);
    for (const name of [
      ...["IAMAuditRootUserCredentials", "IAMCreateRootUserPassword"],
      ...["IAMDeleteRootUserCredentials", "S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"],
    ]) {
      const { clients } = await assumeRoot(name, anything);
      expect(await clients.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
        Arn: MEMBER_ROOT,
      });
    }
    for (const name of ["S3UnlockBucket", "s3unlockbucketpolicy", "../ReadOnlyAccess", "", "*"])
      await expect(assumeRoot(name, anything), name).rejects.toThrow();
  });

  test("is for those of the management account who may, and for its members only", async () => {
    const denied = {
      name: "AccessDenied",
      message: `User: arn:aws:iam::${MANAGEMENT}:user/operator is not authorized to perform: sts:AssumeRoot on resource: ${MEMBER_ROOT}`,
    };
    await expect(assumeRoot("SQSUnlockQueuePolicy")).rejects.toMatchObject(denied);
    const nobody = await createUser(server.clients().iam, "nobody");
    const stranger = await createUser(member.iam, "stranger", [allow("sts:AssumeRoot")]);
    const root = { accessKeyId: "test", secretAccessKey: "test" };
    for (const by of [nobody, stranger, root, MEMBER_KEY])
      await expect(assumeRoot("S3UnlockBucketPolicy", by)).rejects.toMatchObject({
        name: "AccessDenied",
      });
    const free = await createUser(server.clients().iam, "free", [allow("sts:AssumeRoot")]);
    for (const target of [MANAGEMENT, "999988887777"])
      await expect(assumeRoot("S3UnlockBucketPolicy", free, target)).rejects.toMatchObject({
        name: "AccessDenied",
      });
    await expect(assumeRoot("AdministratorAccess", free)).rejects.toMatchObject({
      name: "ValidationError",
    });
    await expect(assumeRoot("S3UnlockBucketPolicy", free, "everybody-here")).rejects.toMatchObject({
      message: "Request ARN is invalid",
    });
  });

  test("keeps the source identity of the session that asks", async () => {
    const { iam } = server.clients();
    const { arn, ...key } = await createUser(iam, "chain", [
      allow(["sts:AssumeRole", "sts:SetSourceIdentity"]),
    ]);
    const trust = [trusting(arn, ["sts:AssumeRole", "sts:SetSourceIdentity"])];
    const RoleArn = await createRole(iam, "unlocker", trust, [allow("sts:AssumeRoot")]);
    const session = await assumeRole(server.clients(key).sts, RoleArn, { SourceIdentity: "ann" });
    const input = { TargetPrincipal: MEMBER, TaskPolicyArn: task("S3UnlockBucketPolicy") };
    const answer = await server.clients(session).sts.send(new AssumeRootCommand(input));
    expect(answer.SourceIdentity).toBe("ann");
  });
});
