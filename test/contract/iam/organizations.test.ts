import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  CreateServiceLinkedRoleCommand,
  ListUsersCommand,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";
import { ListChannelsCommand } from "@aws-sdk/client-ivs";
import {
  CreateBucketCommand,
  GetObjectAclCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";

const MANAGEMENT = "111111111111";
const PROD = "222222222222";
const SANDBOX = "333333333333";
const ORGANIZATION = "o-a1b2c3d4e5";
const secretOf = (id: string) => ({
  accessKeyId: `AKIA${id}`,
  secretAccessKey: `secret-of-${id}`,
});
const deny = (Action: string, more: object = {}) =>
  policyOf([{ Effect: "Deny", Action, Resource: "*", ...more }]);

const folders: string[] = [];
function organizationOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-organization-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("an account of an organization", () => {
  let server: TestServer;
  const root = (id: string) => server.clients(secretOf(id));

  beforeAll(async () => {
    const organization = organizationOf({
      "organization.yml": `id: ${ORGANIZATION}\nmanagementAccount: "${MANAGEMENT}"\nwithoutFullAWSAccess: [/sandbox/${SANDBOX}]\n`,
      "no-ivs.scp.json": deny("ivs:*"),
      "prod/encrypt.rcp.json": deny("s3:PutObject", {
        Principal: "*",
        Condition: { StringNotEquals: { "aws:PrincipalOrgID": ORGANIZATION } },
      }),
      "prod/no-acls.rcp.json": deny("s3:GetObjectAcl", { Principal: "*" }),
      [`prod/${PROD}/README.md`]: "Text beside policies is nobody's business.",
      [`sandbox/${SANDBOX}/only-s3.scp.json`]: policyOf([allow(["s3:*", "iam:*"])]),
      "sandbox/no-boto.rcp.json": deny("sts:AssumeRole", {
        Principal: "*",
        Condition: { Bool: { "aws:PrincipalIsAWSService": "true" } },
      }),
      [`${MANAGEMENT}/no-users.scp.json`]: deny("iam:*"),
    });
    server = await startTestServer({
      organization,
      accounts: [MANAGEMENT, PROD, SANDBOX].map((id) => ({
        id,
        rootAccessKeyId: secretOf(id).accessKeyId,
        rootSecretAccessKey: secretOf(id).secretAccessKey,
      })),
    });
  });
  afterAll(() => server.close());

  test("is denied what a level above denies, the root user too, with the policy's ARN", async () => {
    const list = root(PROD).ivs.send(new ListChannelsCommand({}));
    await expect(list).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringMatching(
        /^User: arn:aws:iam::222222222222:root is not authorized to perform: ivs:ListChannels on resource: .* with an explicit deny in a service control policy: arn:aws:organizations::111111111111:policy\/o-a1b2c3d4e5\/service_control_policy\/p-[a-z0-9]{8}$/,
      ),
    });
    expect(await root(PROD).iam.send(new ListUsersCommand({}))).toHaveProperty("Users");
  });

  test("may do only what every level allows, where FullAWSAccess is detached", async () => {
    expect(await root(SANDBOX).s3.send(new ListBucketsCommand({}))).toHaveProperty("Buckets");
    const assume = { RoleArn: `arn:aws:iam::${SANDBOX}:role/none`, RoleSessionName: "session" };
    await expect(root(SANDBOX).sts.send(new AssumeRoleCommand(assume))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const user = await createUser(root(SANDBOX).iam, "maker", [allow("*")]);
    const { ivs } = server.clients(user);
    await expect(ivs.send(new ListChannelsCommand({}))).rejects.toThrow(/service control policy/);
  });

  test("isn't bound when it manages the organization, or is outside", async () => {
    expect(await root(MANAGEMENT).iam.send(new ListUsersCommand({}))).toHaveProperty("Users");
    expect(await root(MANAGEMENT).ivs.send(new ListChannelsCommand({}))).toHaveProperty("channels");
    expect(await server.clients().ivs.send(new ListChannelsCommand({}))).toHaveProperty("channels");
  });

  test("has its resources guarded by resource control policies, from whoever comes", async () => {
    const Bucket = "guarded";
    const { s3 } = root(PROD);
    await s3.send(new CreateBucketCommand({ Bucket, ObjectOwnership: "ObjectWriter" }));
    const Policy = policyOf([
      {
        ...allow("s3:*", `arn:aws:s3:::${Bucket}/*`),
        Principal: { AWS: [SANDBOX, "000000000000"] },
      },
    ]);
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const put = (key?: Key) =>
      server.clients(key).s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    // An account of the same organization, and one of none.
    expect(await put(secretOf(SANDBOX))).toHaveProperty("ETag");
    await expect(put()).rejects.toMatchObject({ name: "AccessDenied" });
    // The bucket's account counts, not the object's owner.
    const theirs = new GetObjectAclCommand({ Bucket, Key: "k" });
    await expect(root(SANDBOX).s3.send(theirs)).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("leaves its service-linked roles alone", async () => {
    const Bucket = "written-by-a-linked-role";
    const AWSServiceName = "ivs.amazonaws.com";
    await root(SANDBOX).iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName }));
    await root(SANDBOX).s3.send(new CreateBucketCommand({ Bucket }));
    const { RoleName, Arn } = {
      RoleName: "AWSServiceRoleForIVSRecordToS3",
      Arn: `arn:aws:iam::${SANDBOX}:role/aws-service-role/${AWSServiceName}/AWSServiceRoleForIVSRecordToS3`,
    };
    const onBehalfOf = { accountId: SANDBOX };
    const as = {
      principal: { kind: "service", serviceName: AWSServiceName, onBehalfOf },
    } as const;
    // The resource control policy denies AssumeRole to services, but not on a service-linked role's
    // own calls.
    const assume = (RoleArn: string) =>
      server.server.invoke(
        "sts",
        "AssumeRole",
        { RoleArn, RoleSessionName: RoleName.slice(0, 10) },
        { as, region: "us-east-1" },
      );
    await expect(assume(Arn)).rejects.toMatchObject({ code: "AccessDenied" });
    const session = {
      principal: {
        kind: "role-session",
        accountId: SANDBOX,
        arn: `arn:aws:sts::${SANDBOX}:assumed-role/${RoleName}/s`,
        roleArn: Arn,
        roleId: "AROAQAAAAAAAAAAAAAAAA",
        roleName: RoleName,
        sessionName: "s",
        serviceLinked: true,
      },
    } as const;
    const listChannels = (serviceLinked: boolean) =>
      server.server.invoke(
        "ivs",
        "ListChannels",
        {},
        {
          as: { principal: { ...session.principal, serviceLinked } },
          region: "us-east-1",
        },
      );
    // Neither is allowed, but only one of them by an SCP.
    await expect(listChannels(true)).rejects.toThrow(/no identity-based policy/);
    await expect(listChannels(false)).rejects.toThrow(/service control policy/);
  });

  test("is simulated with the policies that apply to it", async () => {
    const user = await createUser(root(PROD).iam, "simulated", [allow("*")]);
    const { EvaluationResults } = await root(PROD).iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: user.arn,
        ActionNames: ["ivs:ListChannels", "s3:ListAllMyBuckets"],
      }),
    );
    expect(
      EvaluationResults?.map(({ EvalDecision, OrganizationsDecisionDetail: detail }) => [
        EvalDecision,
        detail?.AllowedByOrganizations,
      ]),
    ).toEqual([
      ["explicitDeny", false],
      ["allowed", true],
    ]);
  });
});

describe("a folder that is no organization is refused at the start", () => {
  const rcp = (statement: object) =>
    policyOf([{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*", ...statement }]);
  const wrong: readonly [string, Record<string, string>, RegExp][] = [
    ["broken JSON", { "ou/a.scp.json": '{\n  "Version": ]' }, /ou\/a\.scp\.json:2:14: /],
    ["no effect", { "a.scp.json": policyOf([{ Action: "*" }]) }, /a\.scp\.json:1:\d+: Effect/],
    ["a principal in an SCP", { "a.scp.json": rcp({}) }, /can't have a principal/],
    ["an unknown operator", { "a.scp.json": deny("*", { Condition: { Is: { a: "b" } } }) }, /Is/],
    ["an old version", { "a.scp.json": deny("*").replace("2012", "2008") }, /"2012-10-17"/],
    ["an RCP that allows", { "a.rcp.json": rcp({ Effect: "Allow" }) }, /can only deny/],
    ["an RCP for somebody", { "a.rcp.json": rcp({ Principal: { AWS: PROD } }) }, /Principal/],
    ["an RCP of everything", { "a.rcp.json": rcp({ Action: "*" }) }, /don't reach \*/],
    ["too long a policy", { "a.scp.json": `${deny("*")}${" ".repeat(10_200)}` }, /10240/],
    ["another name", { "deny.json": deny("*") }, /\.scp\.json or \.rcp\.json/],
    ["an account twice", { [`a/${PROD}/x.md`]: "", [`b/${PROD}/x.md`]: "" }, /twice/],
    ["a path that isn't there", { "organization.yml": "withoutFullAWSAccess: [/a]" }, /\/a, which/],
    ["a wrong id", { "organization.yml": "id: org" }, /organization\.yml:1:1: /],
    ["OUs six deep", { "a/b/c/d/e/f/x.md": "" }, /more than 5 units deep/],
  ];
  test.each(wrong)("%s", async (_name, files, message) => {
    const organization = organizationOf(files);
    await expect(startTestServer({ organization })).rejects.toThrow(message);
  });

  test("a folder that isn't there", async () => {
    await expect(startTestServer({ organization: "/nowhere/at/all" })).rejects.toThrow(
      /\/nowhere\/at\/all": there is no such folder/,
    );
  });
});
