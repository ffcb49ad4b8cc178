import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import {
  GetCallerIdentityCommand,
  GetDelegatedAccessTokenCommand,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
  type STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, assumeRole, createRole, createUser, trusting } from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import {
  clientsOf,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

const ACCOUNT = "000000000000";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function sessionToken(
  sts: STSClient,
  input: GetSessionTokenCommandInput = {},
): Promise<Key & { seconds: number }> {
  const { Credentials } = await sts.send(new GetSessionTokenCommand(input));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
    seconds: (Number(Credentials?.Expiration) - Date.now()) / 1000,
  };
}

describe("GetCallerIdentity", () => {
  test("answers everybody, whatever their policies deny", async () => {
    const root = server.clients();
    expect(await root.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: ACCOUNT,
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:root`,
    });
    const mute = await createUser(root.iam, "mute", [
      { Effect: "Deny", Action: "*", Resource: "*" },
    ]);
    expect(await server.clients(mute).sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: expect.stringMatching(/^AIDA/),
      Account: ACCOUNT,
      Arn: mute.arn,
    });
  });
});

describe("GetSessionToken", () => {
  test("makes a session of the user itself, which ends with the user", async () => {
    const { iam } = server.clients();
    const dave = await createUser(iam, "dave", [allow("s3:ListAllMyBuckets")]);
    const session = await sessionToken(server.clients(dave).sts);
    expect(session.seconds).toBeGreaterThan(43_100);
    const clients = server.clients(session);
    expect(await clients.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: dave.arn,
    });
    await clients.s3.send(new ListBucketsCommand({}));
    const UserName = "dave";
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: "own" }));
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: dave.accessKeyId }));
    await iam.send(new DeleteUserCommand({ UserName }));
    await createUser(iam, "dave", [allow("*")]);
    await expect(clients.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: "InvalidClientTokenId",
    });
  });

  test("gives root an hour at most, and sessions nothing", async () => {
    const session = await sessionToken(server.clients().sts, { DurationSeconds: 43_200 });
    expect(session.seconds).toBeLessThanOrEqual(3600);
    await expect(sessionToken(server.clients(session).sts)).rejects.toMatchObject({
      name: "AccessDenied",
      message: "Cannot call GetSessionToken with session credentials",
    });
  });

  test("without MFA is no credential to IAM", async () => {
    const clients = server.clients(await sessionToken(server.clients().sts));
    await clients.s3.send(new ListBucketsCommand({}));
    await expect(clients.iam.send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: "InvalidClientTokenId",
    });
  });

  test("knows no MFA device", async () => {
    const input = { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/x`, TokenCode: "123456" };
    await expect(sessionToken(server.clients().sts, input)).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("MultiFactorAuthentication failed"),
    });
  });
});

describe("temporary credentials", () => {
  test("are worth nothing with a changed, missing or foreign token, or a wrong secret", async () => {
    const { sts } = server.clients();
    const key = await sessionToken(sts);
    const other = await sessionToken(sts);
    const token = key.sessionToken ?? "";
    const call = (changed: Partial<Key>) => {
      const clients = server.clients({ ...key, ...changed });
      return clients.sts.send(new GetCallerIdentityCommand({}));
    };
    await call({});
    const flipped = `${token.slice(0, 40)}${token[40] === "A" ? "B" : "A"}${token.slice(41)}`;
    for (const wrong of [flipped, other.sessionToken ?? "", "nonsense", `${token}=`])
      await expect(call({ sessionToken: wrong })).rejects.toMatchObject({
        name: "InvalidClientTokenId",
        $metadata: { httpStatusCode: 403 },
      });
    const { accessKeyId, secretAccessKey } = key;
    await expect(
      server.clients({ accessKeyId, secretAccessKey }).sts.send(new GetCallerIdentityCommand({})),
    ).rejects.toMatchObject({ name: "InvalidClientTokenId" });
    await expect(call({ secretAccessKey: other.secretAccessKey })).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
  });

  test("outlive a restart of the server with their data folder", async () => {
    const data = mkdtempSync(join(tmpdir(), "rolecast-sts-"));
    try {
      const before = await startTestServer({ data });
      const { iam, sts } = before.clients();
      const eve = await createUser(iam, "eve");
      const arn = await createRole(iam, "lasting", [trusting(eve.arn)], [allow("s3:*")]);
      const ofRole = await assumeRole(before.clients(eve).sts, arn);
      const ofRoot = await sessionToken(sts);
      await before.close();
      const after = await startTestServer({ data });
      for (const key of [ofRole, ofRoot])
        await clientsOf(after.endpoint, key, "us-east-1").s3.send(new ListBucketsCommand({}));
      await after.close();
      // Another folder is another server, with another sealing key.
      await expect(
        server.clients(ofRoot).sts.send(new GetCallerIdentityCommand({})),
      ).rejects.toMatchObject({ name: "InvalidClientTokenId" });
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});

test("an operation that isn't there yet is named in the answer", async () => {
  const { sts } = server.clients();
  await expect(
    sts.send(new GetDelegatedAccessTokenCommand({ TradeInToken: "x1" })),
  ).rejects.toMatchObject({
    message: expect.stringContaining("implement STS's GetDelegatedAccessToken yet"),
  });
});

test.each(["NaN", "Infinity", "900.5", "1e3", "0x384", "", "9".repeat(400)])(
  "a duration of %j is no number of seconds",
  async (text) => {
    const query = new URLSearchParams({ DurationSeconds: text });
    const response = await sendSigned(
      server.endpoint,
      {
        body: `Action=GetSessionToken&Version=2011-06-15&${query}`,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
      { service: "sts" },
    );
    expect(response).toMatchObject({
      status: 400,
      body: expect.stringContaining("MalformedInput"),
    });
  },
);
