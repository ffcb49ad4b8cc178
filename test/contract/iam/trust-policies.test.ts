import type { IAM } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { documentIn, failureOf, iamOf, makeUser, trusting } from "./iam-api.ts";

const ACCOUNT = "000000000000";
const arnOf = (user: string) => `arn:aws:iam::${ACCOUNT}:user/${user}`;

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

async function shownPrincipal(role: string): Promise<unknown> {
  const { Role } = await iam.getRole({ RoleName: role });
  const document = documentIn(Role?.AssumeRolePolicyDocument) as {
    Statement: { Principal: unknown }[];
  };
  return document.Statement[0]?.Principal;
}

async function deleteUser(name: string): Promise<void> {
  const { AccessKeyMetadata = [] } = await iam.listAccessKeys({ UserName: name });
  for (const { AccessKeyId } of AccessKeyMetadata)
    await iam.deleteAccessKey({ UserName: name, AccessKeyId });
  await iam.deleteUser({ UserName: name });
}

const assume = (key: Key, role: string) =>
  server.clients(key).sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      RoleSessionName: "session",
    }),
  );

describe("a trust policy that names a user", () => {
  it("means the user, not the name", async () => {
    const first = await makeUser(iam, "carol");
    const { User } = await iam.getUser({ UserName: "carol" });
    await iam.createRole({
      RoleName: "vault",
      AssumeRolePolicyDocument: trusting({ AWS: [arnOf("carol"), ACCOUNT] }),
    });
    expect(await shownPrincipal("vault")).toEqual({ AWS: [arnOf("carol"), ACCOUNT] });
    await expect(assume(first, "vault")).resolves.toHaveProperty("Credentials");

    await iam.updateUser({ UserName: "carol", NewUserName: "caroline" });
    expect(await shownPrincipal("vault")).toMatchObject({
      AWS: [arnOf("caroline"), expect.anything()],
    });

    await deleteUser("caroline");
    const second = await makeUser(iam, "carol");
    expect(await shownPrincipal("vault")).toMatchObject({
      AWS: [User?.UserId, expect.anything()],
    });
    expect(await failureOf(() => assume(second, "vault"))).toMatchObject({
      code: "AccessDenied",
    });
  });

  it("can't name an id that nobody has", async () => {
    const document = trusting({ AWS: "AIDAQAAAAAAAAAAAAAAAA" });
    const call = () => iam.createRole({ RoleName: "ghost", AssumeRolePolicyDocument: document });
    expect(await failureOf(call)).toMatchObject({
      code: "MalformedPolicyDocument",
      message: 'Invalid principal in policy: "AWS":"AIDAQAAAAAAAAAAAAAAAA"',
    });
  });

  it.each([
    ["partition", "arn:nope:iam::000000000000:user/erin"],
    ["service", "arn:aws:s3::000000000000:user/erin"],
    ["Region", "arn:aws:iam:us-east-1:000000000000:user/erin"],
    ["account", "arn:aws:iam::00000000000:user/erin"],
    ["kind", "arn:aws:iam::000000000000:group/erin"],
    ["name", "arn:aws:iam::000000000000:user/erina"],
    ["case", "arn:aws:iam::000000000000:User/erin"],
    ["path", "arn:aws:iam::000000000000:user/team/erin"],
    ["beginning", "urn:aws:iam::000000000000:user/erin"],
  ])("is refused when its %s alone is wrong: %s", async (_part, AWS) => {
    const { Users = [] } = await iam.listUsers({});
    if (!Users.some(({ UserName }) => UserName === "erin")) await makeUser(iam, "erin");
    const create = (name: string) =>
      iam.createRole({ RoleName: "exact", AssumeRolePolicyDocument: trusting({ AWS: name }) });
    expect(await failureOf(() => create(AWS))).toMatchObject({
      code: "MalformedPolicyDocument",
      status: 400,
    });
    await create(arnOf("erin"));
    await iam.deleteRole({ RoleName: "exact" });
  });
});

describe("RoleLastUsed and GetAccessKeyLastUsed", () => {
  it("show the use at once", async () => {
    const key = await makeUser(iam, "dora");
    const unused = await iam.getAccessKeyLastUsed({ AccessKeyId: key.accessKeyId });
    expect(unused.AccessKeyLastUsed).toEqual({ ServiceName: "N/A", Region: "N/A" });
    await iam.createRole({
      RoleName: "used",
      AssumeRolePolicyDocument: trusting({ AWS: arnOf("dora") }),
    });
    await assume(key, "used");
    const used = await iam.getAccessKeyLastUsed({ AccessKeyId: key.accessKeyId });
    expect(used).toMatchObject({
      UserName: "dora",
      AccessKeyLastUsed: { ServiceName: "sts", Region: "us-east-1" },
    });
    expect(used.AccessKeyLastUsed?.LastUsedDate).toBeInstanceOf(Date);
  });
});
