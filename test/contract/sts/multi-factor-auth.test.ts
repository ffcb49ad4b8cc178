import {
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createRole, createUser, trusting } from "../../support/principals.ts";
import {
  type Clients,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";
import { totpOf, totpPeriod } from "../../support/totp.ts";

let server: TestServer;
let root: Clients;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
});
afterAll(() => server.close());

/** A user with a device, each of whose codes is good once. */
async function userWithDevice(UserName: string) {
  const mfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
  const key = await createUser(root.iam, UserName, [
    { ...allow("iam:ListUsers"), Condition: { ...mfa, NumericLessThan: AGE } },
  ]);
  const made = await root.iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }),
  );
  const { SerialNumber, Base32StringSeed } = made.VirtualMFADevice ?? {};
  const seed = Buffer.from(Base32StringSeed ?? []).toString();
  const code = (ahead: number) => totpOf(seed, totpPeriod() + ahead);
  await root.iam.send(
    new EnableMFADeviceCommand({
      UserName,
      SerialNumber,
      AuthenticationCode1: code(-2),
      AuthenticationCode2: code(-1),
    }),
  );
  return { key, SerialNumber, code };
}

const AGE = { "aws:MultiFactorAuthAge": "600" };

async function sessionOf(key: Key, input: { SerialNumber?: string; TokenCode?: string }) {
  const { Credentials } = await server.clients(key).sts.send(new GetSessionTokenCommand(input));
  return server.clients({
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  });
}

describe("MFA", () => {
  test("makes GetSessionToken's session one that policies know as such, once a code", async () => {
    const { key, SerialNumber = "", code } = await userWithDevice("ann");
    await expect(server.clients(key).iam.send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const TokenCode = code(0);
    const session = await sessionOf(key, { SerialNumber, TokenCode });
    await session.iam.send(new ListUsersCommand({}));
    await expect(sessionOf(key, { SerialNumber, TokenCode })).rejects.toMatchObject({
      name: "AccessDenied",
      message: "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    });
    for (const half of [{ SerialNumber }, { TokenCode }])
      await expect(sessionOf(key, half)).rejects.toMatchObject({ name: "AccessDenied" });
    const bob = await createUser(root.iam, "bob");
    await expect(sessionOf(bob, { SerialNumber, TokenCode: code(1) })).rejects.toMatchObject({
      name: "AccessDenied",
    });
  });

  test("opens a role whose trust policy asks for it, but doesn't hear of the role's session", async () => {
    const { key, SerialNumber, code } = await userWithDevice("eve");
    const Condition = { Bool: { "aws:MultiFactorAuthPresent": "true" }, NumericLessThan: AGE };
    const RoleArn = await createRole(
      root.iam,
      "guarded",
      [{ ...trusting(key.arn), Condition }],
      [{ ...allow("iam:ListUsers"), Condition: { Bool: Condition.Bool } }],
    );
    const { sts } = server.clients(key);
    const input = { RoleArn, RoleSessionName: "session" };
    await expect(sts.send(new AssumeRoleCommand(input))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ ...input, SerialNumber, TokenCode: code(0) }),
    );
    const session = server.clients({
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    });
    await expect(session.iam.send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    // The session of GetSessionToken carries it on to the role's decision.
    const mfa = await sessionOf(key, {
      ...(SerialNumber ? { SerialNumber } : {}),
      TokenCode: code(1),
    });
    await mfa.sts.send(new AssumeRoleCommand(input));
  });
});
