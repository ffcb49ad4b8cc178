import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPasswordsCheaply } from "../../support/cheap-passwords.ts";
import type { Key } from "../../support/test-server.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, failureOf, iamOf, makeUser } from "./iam-api.ts";

const ACCOUNT = "000000000000";
const PASSWORD = "Correct-horse-1";

let server: TestServer;
let iam: IAM;

hashPasswordsCheaply();
beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

const violation = {
  code: "PasswordPolicyViolation",
  status: 400,
  message: "Password does not conform to the account password policy.",
};

describe("a login profile", () => {
  it("is made once, shown without its password, changed and deleted", async () => {
    await iam.createUser({ UserName: "ann" });
    const missing = {
      code: "NoSuchEntity",
      status: 404,
      message: "Login Profile for User ann cannot be found.",
    };
    expect(await failureOf(() => iam.getLoginProfile({ UserName: "ann" }))).toEqual(missing);
    const made = await iam.createLoginProfile({
      UserName: "ann",
      Password: PASSWORD,
      PasswordResetRequired: true,
    });
    expect(made.LoginProfile).toEqual({
      UserName: "ann",
      CreateDate: expect.any(Date),
      PasswordResetRequired: true,
    });
    expect((await iam.getLoginProfile({ UserName: "ann" })).LoginProfile).toEqual(
      made.LoginProfile,
    );
    expect(
      await failureOf(() => iam.createLoginProfile({ UserName: "ann", Password: PASSWORD })),
    ).toEqual({
      code: "EntityAlreadyExists",
      status: 409,
      message: "Login Profile for user ann already exists.",
    });
    await iam.updateLoginProfile({ UserName: "ann", PasswordResetRequired: false });
    expect((await iam.getLoginProfile({ UserName: "ann" })).LoginProfile).toMatchObject({
      PasswordResetRequired: false,
    });
    expect(await failureOf(() => iam.deleteUser({ UserName: "ann" }))).toEqual({
      code: "DeleteConflict",
      status: 409,
      message: "Cannot delete entity, must delete login profile first.",
    });
    await iam.deleteLoginProfile({ UserName: "ann" });
    expect(await failureOf(() => iam.deleteLoginProfile({ UserName: "ann" }))).toEqual(missing);
    expect(
      await failureOf(() => iam.updateLoginProfile({ UserName: "ann", Password: PASSWORD })),
    ).toEqual(missing);
    await iam.deleteUser({ UserName: "ann" });
  });

  it("belongs to a user who exists", async () => {
    expect(
      await failureOf(() => iam.createLoginProfile({ UserName: "nobody", Password: PASSWORD })),
    ).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: "The user with name nobody cannot be found.",
    });
  });

  it("conforms to AWS's default policy when the account has none", async () => {
    await iam.createUser({ UserName: "default" });
    for (const Password of ["Short-1", "onlylowercase", "lowercaseand1"])
      expect(
        await failureOf(() => iam.createLoginProfile({ UserName: "default", Password })),
      ).toEqual(violation);
    await iam.createLoginProfile({ UserName: "default", Password: "lowercase-and-1" });
  });

  it("conforms to the account's policy, and to its memory", async () => {
    await iam.updateAccountPasswordPolicy({
      MinimumPasswordLength: 10,
      RequireSymbols: true,
      RequireUppercaseCharacters: true,
      PasswordReusePrevention: 2,
    });
    await iam.createUser({ UserName: "strict" });
    for (const Password of ["Short-one", "no-uppercase", "NoSymbolsHere"])
      expect(
        await failureOf(() => iam.createLoginProfile({ UserName: "strict", Password })),
      ).toEqual(violation);
    const set = (Password: string) => iam.updateLoginProfile({ UserName: "strict", Password });
    await iam.createLoginProfile({ UserName: "strict", Password: "First-password" });
    await set("Second-password");
    expect(await failureOf(() => set("First-password"))).toEqual(violation);
    await set("Third-password");
    await set("First-password");
    await iam.deleteAccountPasswordPolicy();
  });

  it("never lets a refused password out", async () => {
    const Password = "\u{1F40E}-secret";
    const failure = await failureOf(() => iam.createLoginProfile({ UserName: "ann", Password }));
    expect(failure.code).toBe("ValidationError");
    expect(failure.message).not.toContain("secret");
  });
});

describe("ChangePassword", () => {
  const change = (key: Key, OldPassword: string, NewPassword: string) =>
    iamOf(server, key).changePassword({ OldPassword, NewPassword });

  it("takes the old password, and then the new one only", async () => {
    const key = await makeUser(iam, "bob", [allow("iam:ChangePassword")]);
    expect(await failureOf(() => change(key, PASSWORD, "Another-1"))).toMatchObject({
      code: "NoSuchEntity",
    });
    await iam.createLoginProfile({
      UserName: "bob",
      Password: PASSWORD,
      PasswordResetRequired: true,
    });
    expect(await failureOf(() => change(key, "Wrong-horse-1", "Another-1"))).toEqual({
      code: "AccessDenied",
      status: 403,
      message: "The old password was incorrect.",
    });
    await change(key, PASSWORD, "Another-1");
    expect((await iam.getLoginProfile({ UserName: "bob" })).LoginProfile).toMatchObject({
      PasswordResetRequired: false,
    });
    expect(await failureOf(() => change(key, PASSWORD, "Third-word-1"))).toMatchObject({
      code: "AccessDenied",
    });
    await change(key, "Another-1", "Third-word-1");
    expect(await failureOf(() => change(key, "Third-word-1", "Third-word-1"))).toMatchObject({
      code: "AccessDenied",
    });
  });

  it("is for users only", async () => {
    expect(
      await failureOf(() =>
        iam.changePassword({ OldPassword: PASSWORD, NewPassword: "Another-1" }),
      ),
    ).toEqual({
      code: "InvalidUserType",
      status: 400,
      message: "Only IAM Users can change their own password",
    });
  });

  it("needs a permission, unless the password policy gives it to everyone", async () => {
    const key = await makeUser(iam, "cleo");
    await iam.createLoginProfile({ UserName: "cleo", Password: PASSWORD });
    expect(await failureOf(() => change(key, PASSWORD, "Another-1"))).toMatchObject({
      code: "AccessDenied",
      message: expect.stringContaining(
        `User: arn:aws:iam::${ACCOUNT}:user/cleo is not authorized to perform: iam:ChangePassword on resource: user cleo because no identity-based policy allows the iam:ChangePassword action`,
      ),
    });
    await iam.updateAccountPasswordPolicy({ AllowUsersToChangePassword: true });
    await change(key, PASSWORD, "Another-1");
    await iamOf(server, key).getAccountPasswordPolicy();
    const denied = await makeUser(iam, "dan", [allow("iam:ChangePassword", { Effect: "Deny" })]);
    await iam.createLoginProfile({ UserName: "dan", Password: PASSWORD });
    expect(await failureOf(() => change(denied, PASSWORD, "Another-1"))).toMatchObject({
      code: "AccessDenied",
      message: expect.stringContaining("with an explicit deny in an identity-based policy"),
    });
    await iam.deleteAccountPasswordPolicy();
  });
});
