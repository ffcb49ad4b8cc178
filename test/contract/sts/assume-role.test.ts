import {
  CreatePolicyCommand,
  CreateServiceLinkedRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  ListRolesCommand,
  ListUsersCommand,
  TagRoleCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allow,
  assumeRole,
  createRole,
  createUser,
  policyOf,
  trusting,
} from "../../support/principals.ts";
import {
  type Clients,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

let server: TestServer;
let root: Clients;
let alice: Key & { arn: string };

beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  alice = await createUser(root.iam, "alice");
});
afterAll(() => server.close());

const as = (key: Key) => server.clients(key);

describe("AssumeRole", () => {
  test("answers a session whose ARN has the role's name without its path", async () => {
    const trust = [trusting(alice.arn)];
    const arn = await createRole(root.iam, "plain", trust, [allow("iam:ListUsers")], {
      Path: "/team/video/",
    });
    const { Role } = await root.iam.send(new GetRoleCommand({ RoleName: "plain" }));
    const input = { RoleArn: arn, RoleSessionName: "job-1" };
    const answer = await as(alice).sts.send(new AssumeRoleCommand(input));
    const size = answer.Credentials?.SessionToken?.length;
    expect(answer).toEqual({
      $metadata: expect.anything(),
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
        SecretAccessKey: expect.stringMatching(/^[A-Za-z0-9/+]{40}$/),
        SessionToken: expect.any(String),
        Expiration: expect.any(Date),
      },
      AssumedRoleUser: {
        Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/plain/job-1`,
        AssumedRoleId: `${Role?.RoleId}:job-1`,
      },
      SessionTokenSize: size,
      SessionTokenUtilization: Math.ceil(((size ?? 0) * 100) / 4096),
    });
    const seconds = (Number(answer.Credentials?.Expiration) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(3500);
    expect(seconds).toBeLessThanOrEqual(3600);
    const session = as(await assumeRole(as(alice).sts, arn));
    expect(await session.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/plain/session`,
      UserId: `${Role?.RoleId}:session`,
      Account: ACCOUNT,
    });
    await session.iam.send(new ListUsersCommand({}));
    await expect(session.iam.send(new ListRolesCommand({}))).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining(`User: arn:aws:sts::${ACCOUNT}:assumed-role/plain/session`),
    });
  });

  test("lengthens the token to the size that was asked for, and no further than 4,096 bytes", async () => {
    const arn = await createRole(root.iam, "roomy", [trusting(alice.arn)]);
    const { sts } = as(alice);
    const input = { RoleArn: arn, RoleSessionName: "roomy", MinimumSessionTokenSize: 4096 };
    const answer = await sts.send(new AssumeRoleCommand(input));
    expect(answer).toMatchObject({ SessionTokenSize: 4096, SessionTokenUtilization: 100 });
    const session = as(await assumeRole(sts, arn, { MinimumSessionTokenSize: 4096 }));
    await session.sts.send(new GetCallerIdentityCommand({}));
    await expect(
      sts.send(new AssumeRoleCommand({ ...input, MinimumSessionTokenSize: 4097 })),
    ).rejects.toMatchObject({ name: "ValidationError" });
  });

  test("refuses a stranger, and for a missing role, in the same words and without a reason", async () => {
    const bob = await createUser(root.iam, "bob", [allow("*")]);
    const arn = await createRole(root.iam, "alices", [trusting(alice.arn)]);
    for (const RoleArn of [arn, `arn:aws:iam::${ACCOUNT}:role/missing`])
      await expect(assumeRole(as(bob).sts, RoleArn)).rejects.toMatchObject({
        ...denied,
        message: `User: ${bob.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      });
  });

  test.each([
    ["ends before its resource", "arn:aws:iam:role/a-role", "arn:aws:iam:role/a-role is invalid"],
    ["names no partition", "arn::iam::1:role/a-role", "arn::iam::1:role/a-role is invalid"],
    ["names no service", "arn:aws:::1:role/a-role", "arn:aws:::1:role/a-role is invalid"],
    ["names no resource", "arn:aws:iam::123456789012:", "arn:aws:iam::123456789012: is invalid"],
    ["is another's", "arn:aws:s3:::not-a-role", "Request ARN is invalid"],
  ])("refuses an ARN that %s", async (_what, arn, message) => {
    const error = { name: "ValidationError", message, $metadata: { httpStatusCode: 400 } };
    await expect(assumeRole(as(alice).sts, arn)).rejects.toMatchObject(error);
  });

  test("lets an account's trust depend on the caller's own policies", async () => {
    const carol = await createUser(root.iam, "carol", [allow("sts:AssumeRole")]);
    const arn = await createRole(root.iam, "delegated", [trusting(`arn:aws:iam::${ACCOUNT}:root`)]);
    await assumeRole(as(carol).sts, arn);
    await expect(assumeRole(as(alice).sts, arn)).rejects.toMatchObject(denied);
  });

  test("lets root assume a role that trusts the account, unlike AWS", async () => {
    const arn = await createRole(root.iam, "roots", [trusting(`arn:aws:iam::${ACCOUNT}:root`)]);
    await assumeRole(root.sts, arn);
    const closed = await createRole(root.iam, "not-roots", [trusting(alice.arn)]);
    await expect(assumeRole(root.sts, closed)).rejects.toMatchObject(denied);
  });

  test("shows the trust policy the external id and the session's name", async () => {
    const condition = {
      StringEquals: { "sts:ExternalId": "secret-1", "sts:RoleSessionName": "a1" },
    };
    const arn = await createRole(root.iam, "external", [
      { ...trusting(alice.arn), Condition: condition },
    ]);
    const { sts } = as(alice);
    await assumeRole(sts, arn, { ExternalId: "secret-1", RoleSessionName: "a1" });
    await expect(
      assumeRole(sts, arn, { ExternalId: "secret-2", RoleSessionName: "a1" }),
    ).rejects.toMatchObject(denied);
    await expect(assumeRole(sts, arn, { RoleSessionName: "a1" })).rejects.toMatchObject(denied);
  });

  test("holds to the role's session duration, and to one hour in a chain", async () => {
    const trust = [trusting([alice.arn, `arn:aws:iam::${ACCOUNT}:root`])];
    const permissions = [allow("sts:AssumeRole")];
    const long = { MaxSessionDuration: 43_200 };
    const arn = await createRole(root.iam, "long", trust, permissions, long);
    const short = await createRole(root.iam, "short", trust);
    const { sts } = as(alice);
    const session = await assumeRole(sts, arn, { DurationSeconds: 43_200 });
    await expect(assumeRole(sts, short, { DurationSeconds: 3601 })).rejects.toMatchObject({
      name: "ValidationError",
      message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    });
    const chained = as(session).sts;
    await assumeRole(chained, short);
    await expect(assumeRole(chained, arn, { DurationSeconds: 3601 })).rejects.toMatchObject({
      name: "ValidationError",
      message:
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    });
    const colon = assumeRole(sts, arn, { RoleSessionName: "a:b" });
    await expect(colon).rejects.toThrow("Value 'a:b' at 'roleSessionName' failed to satisfy");
    await expect(assumeRole(sts, arn, { DurationSeconds: 899 })).rejects.toMatchObject({
      name: "ValidationError",
      message:
        "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    });
  });

  test("ends with its role: a re-created namesake doesn't revive the session", async () => {
    const trust = [trusting(alice.arn)];
    const arn = await createRole(root.iam, "passing", trust, [allow("*")]);
    const session = as(await assumeRole(as(alice).sts, arn));
    await session.iam.send(new ListUsersCommand({}));
    const name = { RoleName: "passing" };
    await root.iam.send(new DeleteRolePolicyCommand({ ...name, PolicyName: "own" }));
    await root.iam.send(new DeleteRoleCommand(name));
    const gone = { name: "InvalidClientTokenId", $metadata: { httpStatusCode: 403 } };
    await expect(session.iam.send(new ListUsersCommand({}))).rejects.toMatchObject(gone);
    await createRole(root.iam, "passing", trust, [allow("*")]);
    await expect(session.iam.send(new ListUsersCommand({}))).rejects.toMatchObject(gone);
  });
});

describe("session policies", () => {
  test("only narrow what the role may do", async () => {
    const trust = [trusting(alice.arn)];
    const arn = await createRole(root.iam, "wide", trust, [
      allow(["iam:ListUsers", "iam:ListRoles"]),
    ]);
    const document = policyOf([allow(["iam:ListUsers", "iam:ListGroups"])]);
    const { Policy } = await root.iam.send(
      new CreatePolicyCommand({ PolicyName: "narrow", PolicyDocument: document }),
    );
    const PolicyArns = [{ arn: Policy?.Arn }];
    for (const input of [{ Policy: document }, { PolicyArns }]) {
      const answer = await as(alice).sts.send(
        new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: "narrow", ...input }),
      );
      expect(answer.PackedPolicySize).toBeGreaterThan(0);
      const session = as(await assumeRole(as(alice).sts, arn, input));
      await session.iam.send(new ListUsersCommand({}));
      await expect(session.iam.send(new ListRolesCommand({}))).rejects.toMatchObject({
        ...denied,
        message: expect.stringContaining(
          "because no session policy allows the iam:ListRoles action",
        ),
      });
    }
  });

  test("are refused when they can't be read, found or packed", async () => {
    const arn = await createRole(root.iam, "checked", [
      trusting(alice.arn, ["sts:AssumeRole", "sts:TagSession"]),
    ]);
    const { sts } = as(alice);
    await expect(assumeRole(sts, arn, { Policy: "{" })).rejects.toMatchObject({
      name: "MalformedPolicyDocumentException",
    });
    const missing = `arn:aws:iam::${ACCOUNT}:policy/missing`;
    await expect(assumeRole(sts, arn, { PolicyArns: [{ arn: missing }] })).rejects.toMatchObject({
      name: "ValidationError",
    });
    const tags = Array.from({ length: 50 }, (_, index) => ({
      Key: `${index}-${crypto.randomUUID()}${crypto.randomUUID()}`,
      Value: `${crypto.randomUUID()}${crypto.randomUUID()}`,
    }));
    await expect(assumeRole(sts, arn, { Tags: tags })).rejects.toMatchObject({
      name: "PackedPolicyTooLargeException",
      message: expect.stringMatching(
        /^Packed size of session tags consumes \d+% of allotted space\.$/,
      ),
    });
  });
});

describe("session tags and source identity", () => {
  const both = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

  test("need permission of their own", async () => {
    const arn = await createRole(root.iam, "untagged", [trusting(alice.arn)]);
    const { sts } = as(alice);
    await expect(assumeRole(sts, arn, { Tags: [{ Key: "a", Value: "b" }] })).rejects.toMatchObject({
      ...denied,
      message: `User: ${alice.arn} is not authorized to perform: sts:TagSession on resource: ${arn}`,
    });
    await expect(assumeRole(sts, arn, { SourceIdentity: "alice" })).rejects.toMatchObject({
      ...denied,
      message: `User: ${alice.arn} is not authorized to perform: sts:SetSourceIdentity on resource: ${arn}`,
    });
  });

  test("decide as aws:PrincipalTag, over the role's own tags", async () => {
    const Condition = { StringEquals: { "aws:PrincipalTag/team": "video" } };
    const arn = await createRole(
      root.iam,
      "tagged",
      [trusting(alice.arn, both)],
      [{ ...allow("iam:ListUsers"), Condition }],
    );
    const list = async (input: Parameters<typeof assumeRole>[2]) =>
      as(await assumeRole(as(alice).sts, arn, input)).iam.send(new ListUsersCommand({}));
    await expect(list({})).rejects.toMatchObject(denied);
    await list({ Tags: [{ Key: "Team", Value: "video" }] });
    const Tags = [{ Key: "team", Value: "video" }];
    await root.iam.send(new TagRoleCommand({ RoleName: "tagged", Tags }));
    await list({});
    await expect(list({ Tags: [{ Key: "TEAM", Value: "audio" }] })).rejects.toMatchObject(denied);
  });

  test("go on through a chain where they are transitive, and can't be replaced there", async () => {
    const trust = [trusting([alice.arn, `arn:aws:iam::${ACCOUNT}:root`], both)];
    const first = await createRole(root.iam, "first", trust, [allow("sts:*")]);
    const Condition = {
      StringEquals: { "aws:PrincipalTag/team": "video", "aws:SourceIdentity": "alice" },
      Null: { "aws:PrincipalTag/job": "true" },
    };
    const second = await createRole(root.iam, "second", trust, [
      { ...allow("iam:ListUsers"), Condition },
    ]);
    const session = await assumeRole(as(alice).sts, first, {
      Tags: [
        { Key: "Team", Value: "video" },
        { Key: "Job", Value: "1" },
      ],
      TransitiveTagKeys: ["Team"],
      SourceIdentity: "alice",
    });
    const { sts } = as(session);
    const chained = as(await assumeRole(sts, second));
    await chained.iam.send(new ListUsersCommand({}));
    await expect(
      assumeRole(sts, second, { Tags: [{ Key: "team", Value: "audio" }] }),
    ).rejects.toMatchObject({ name: "InvalidParameterValue" });
    await expect(assumeRole(sts, second, { SourceIdentity: "bob" })).rejects.toMatchObject(denied);
  });
});

describe("a service-linked role", () => {
  test("is assumed by its service inside the process, and by nobody else", async () => {
    const input = { AWSServiceName: "ivs.amazonaws.com" };
    const { Role } = await root.iam.send(new CreateServiceLinkedRoleCommand(input));
    const RoleArn = Role?.Arn ?? "";
    const admin = await createUser(root.iam, "admin", [allow("*")]);
    for (const [key, arn] of [
      [admin, admin.arn],
      [undefined, `arn:aws:iam::${ACCOUNT}:root`],
    ] as const)
      await expect(assumeRole(server.clients(key).sts, RoleArn)).rejects.toMatchObject({
        ...denied,
        message: `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      });
    const assume = (serviceName: string) =>
      server.server.invoke<{ AssumedRoleUser: { Arn: string } }>(
        "sts",
        "AssumeRole",
        { RoleArn, RoleSessionName: "recording" },
        {
          as: {
            principal: { kind: "service", serviceName, onBehalfOf: { accountId: ACCOUNT } },
          },
          region: "eu-west-1",
        },
      );
    await expect(assume("ec2.amazonaws.com")).rejects.toMatchObject({ code: "AccessDenied" });
    const { AssumedRoleUser } = await assume("ivs.amazonaws.com");
    expect(AssumedRoleUser.Arn).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/AWSServiceRoleForIVSRecordToS3/recording`,
    );
    const { Role: used } = await root.iam.send(new GetRoleCommand({ RoleName: Role?.RoleName }));
    expect(used?.RoleLastUsed).toMatchObject({ Region: "eu-west-1" });
  });
});
