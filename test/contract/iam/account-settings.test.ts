import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

const ACCOUNT = "000000000000";
const MAIN = { accessKeyId: "mainroot", secretAccessKey: "main-secret" };
const OTHER = { accessKeyId: "otherroot", secretAccessKey: "other-secret" };

let server: TestServer;
let iam: IAM;
let otherAccount: IAM;

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      {
        id: ACCOUNT,
        rootAccessKeyId: MAIN.accessKeyId,
        rootSecretAccessKey: MAIN.secretAccessKey,
      },
      {
        id: "111111111111",
        rootAccessKeyId: OTHER.accessKeyId,
        rootSecretAccessKey: OTHER.secretAccessKey,
      },
    ],
  });
  iam = iamOf(server, MAIN);
  otherAccount = iamOf(server, OTHER);
});
afterAll(() => server.close());

describe("GetAccountSummary", () => {
  it("counts what the account has, beside its quotas", async () => {
    // Names of this try, and nothing left attached: it may be tried again.
    const name = `counted-${crypto.randomUUID()}`;
    const before = (await iam.getAccountSummary()).SummaryMap ?? {};
    await iam.createUser({ UserName: name });
    await iam.createGroup({ GroupName: name });
    await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: EC2_TRUST });
    await iam.createInstanceProfile({ InstanceProfileName: name });
    // Only policies that something has are in use, AWS's among them.
    await iam.createPolicy({ PolicyName: name, PolicyDocument: policyOf([allow("s3:*")]) });
    const PolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    await iam.attachUserPolicy({ UserName: name, PolicyArn });
    await iam.attachRolePolicy({ RoleName: name, PolicyArn });
    onTestFinished(async () => {
      await iam.detachUserPolicy({ UserName: name, PolicyArn });
      await iam.detachRolePolicy({ RoleName: name, PolicyArn });
    });
    const after = (await iam.getAccountSummary()).SummaryMap ?? {};
    const counted = ["Users", "Groups", "Roles", "InstanceProfiles", "Policies"] as const;
    for (const key of [...counted, "PolicyVersionsInUse" as const])
      expect(after[key], key).toBe((before[key] ?? 0) + 1);
    expect(after).toMatchObject({
      UsersQuota: 5000,
      RolesQuota: 1000,
      AccountAccessKeysPresent: 1,
      AccountMFAEnabled: 0,
    });
    expect((await otherAccount.getAccountSummary()).SummaryMap?.Users).toBe(0);
  });
});

describe("the account's alias", () => {
  it("is one, replaced by the next, and unique among accounts", async () => {
    expect((await iam.listAccountAliases()).AccountAliases).toEqual([]);
    await iam.createAccountAlias({ AccountAlias: "first-name" });
    await iam.createAccountAlias({ AccountAlias: "second-name" });
    expect((await iam.listAccountAliases()).AccountAliases).toEqual(["second-name"]);
    expect(
      await failureOf(() => otherAccount.createAccountAlias({ AccountAlias: "second-name" })),
    ).toEqual({
      code: "EntityAlreadyExists",
      status: 409,
      message: "The account alias second-name already exists.",
    });
    await otherAccount.createAccountAlias({ AccountAlias: "first-name" });
    expect(
      await failureOf(() => iam.deleteAccountAlias({ AccountAlias: "first-name" })),
    ).toMatchObject({ code: "NoSuchEntity", status: 404 });
    await iam.deleteAccountAlias({ AccountAlias: "second-name" });
    expect((await iam.listAccountAliases()).AccountAliases).toEqual([]);
  });

  it.each(["ab", "UPPER", "-leading", "two--dashes", "123456789012"])(
    "can't be %s",
    async (alias) => {
      const { status } = await failureOf(() => iam.createAccountAlias({ AccountAlias: alias }));
      expect(status).toBe(400);
    },
  );
});

describe("the account's password policy", () => {
  it("is missing until it is set, and shows what was set", async () => {
    expect(await failureOf(() => iam.getAccountPasswordPolicy())).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: `The Password Policy with domain name ${ACCOUNT} cannot be found.`,
    });
    const full = {
      MinimumPasswordLength: 14,
      RequireSymbols: true,
      RequireNumbers: true,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
      AllowUsersToChangePassword: true,
      MaxPasswordAge: 90,
      PasswordReusePrevention: 24,
      HardExpiry: false,
    };
    await iam.updateAccountPasswordPolicy(full);
    expect((await iam.getAccountPasswordPolicy()).PasswordPolicy).toEqual({
      ...full,
      ExpirePasswords: true,
    });
  });

  it("goes back to defaults in what an update leaves out", async () => {
    await iam.updateAccountPasswordPolicy({ RequireNumbers: true });
    expect((await iam.getAccountPasswordPolicy()).PasswordPolicy).toEqual({
      MinimumPasswordLength: 6,
      RequireSymbols: false,
      RequireNumbers: true,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: false,
      ExpirePasswords: false,
    });
  });

  it("is deleted once", async () => {
    await iam.deleteAccountPasswordPolicy();
    expect(await failureOf(() => iam.deleteAccountPasswordPolicy())).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: "The account policy with name PasswordPolicy cannot be found.",
    });
  });

  it("refuses lengths and ages that AWS refuses", async () => {
    expect(
      await failureOf(() =>
        iam.updateAccountPasswordPolicy({
          MaxPasswordAge: 1096,
          MinimumPasswordLength: 5,
          PasswordReusePrevention: 25,
        }),
      ),
    ).toEqual({
      code: "ValidationError",
      status: 400,
      message:
        "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value greater than or equal to 6; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
    });
  });
});

describe("settings of the account", () => {
  type Call = (api: IAM) => Promise<unknown>;
  const calls: [action: string, call: Call][] = [
    ["GetAccountSummary", (api) => api.getAccountSummary()],
    ["ListAccountAliases", (api) => api.listAccountAliases()],
    ["CreateAccountAlias", (api) => api.createAccountAlias({ AccountAlias: "by-a-user" })],
    ["DeleteAccountAlias", (api) => api.deleteAccountAlias({ AccountAlias: "by-a-user" })],
    ["UpdateAccountPasswordPolicy", (api) => api.updateAccountPasswordPolicy({})],
    ["GetAccountPasswordPolicy", (api) => api.getAccountPasswordPolicy()],
    ["DeleteAccountPasswordPolicy", (api) => api.deleteAccountPasswordPolicy()],
    ["GenerateCredentialReport", (api) => api.generateCredentialReport()],
    ["GetCredentialReport", (api) => api.getCredentialReport()],
  ];

  it("need the permission of each operation's own name, and nothing more", async () => {
    const nobody = iamOf(server, await makeUser(iam, "settings-nobody"));
    const actions = calls.map(([action]) => `iam:${action}`);
    const manager = iamOf(server, await makeUser(iam, "settings-manager", [allow(actions)]));
    for (const [action, call] of calls) {
      expect(await failureOf(() => call(nobody))).toEqual({
        code: "AccessDenied",
        status: 403,
        message: expect.stringContaining(
          `User: arn:aws:iam::${ACCOUNT}:user/settings-nobody is not authorized to perform: iam:${action} on resource: * because no identity-based policy allows the iam:${action} action`,
        ),
      });
      await call(manager);
    }
  });
});
