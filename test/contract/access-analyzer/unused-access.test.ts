import * as analyzer from "@aws-sdk/client-accessanalyzer";
import {
  type CreateAccessKeyResponse,
  type GetUserResponse,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { RunningServer } from "@rolecast/server";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  allow,
  assumeRole,
  createRole,
  policyOf,
  type Statements,
  trusting,
} from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/* The server's clock is this process's: users and roles are made a hundred days before the look. */

type Caller = Parameters<RunningServer["invoke"]>[3]["as"];

const ACCOUNT = "000000000000";
const DAY_MS = 24 * 60 * 60_000;
const ROOT_CALLER: Caller = {
  principal: { kind: "root", accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
};
const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:${name}`;

let server: TestServer;
let analyzerArn = "";
let busyKey: Key;

const client = () =>
  new analyzer.AccessAnalyzer({
    ...{ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 },
  });

/** A call of IAM from inside: a client would correct its clock by the answers' real dates. */
function iamThen<Output>(operation: string, input: object, as: Caller = ROOT_CALLER) {
  return server.server.invoke<Output>("iam", operation, input, { as, region: "us-east-1" });
}

async function userThen(UserName: string, policy?: object[]): Promise<Key> {
  await iamThen("CreateUser", { UserName });
  const PolicyDocument = policyOf((policy ?? []) as Statements);
  if (policy) await iamThen("PutUserPolicy", { UserName, PolicyName: "own", PolicyDocument });
  const { AccessKey } = await iamThen<CreateAccessKeyResponse>("CreateAccessKey", { UserName });
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}

async function roleThen(RoleName: string, policy: object[], Tags: object[] = []) {
  const AssumeRolePolicyDocument = policyOf([trusting(ACCOUNT)]);
  await iamThen("CreateRole", { RoleName, AssumeRolePolicyDocument, Tags });
  const PolicyDocument = policyOf(policy as Statements);
  await iamThen("PutRolePolicy", { RoleName, PolicyName: "own", PolicyDocument });
}

const NEEDED = [allow(["iam:ListRoles", "iam:ListUsers"]), allow("s3:ListAllMyBuckets")];

async function makeThen(): Promise<void> {
  await roleThen("idle", NEEDED);
  await roleThen("spared", NEEDED, [{ Key: "keep", Value: "yes" }]);
  await roleThen("busy", NEEDED);
  busyKey = await userThen("busy-user", NEEDED);
  await userThen("idle-user", [allow("s3:*")]);
  await iamThen("CreateLoginProfile", { UserName: "idle-user", Password: "Secret-123456" });
  await iamThen("CreateGroup", { GroupName: "team" });
  const PolicyDocument = policyOf(NEEDED);
  await iamThen("PutGroupPolicy", { GroupName: "team", PolicyName: "team", PolicyDocument });
  await userThen("member");
  await iamThen("AddUserToGroup", { GroupName: "team", UserName: "member" });
  const { User } = await iamThen<GetUserResponse>("GetUser", { UserName: "busy-user" });
  const { Arn: arn = "", UserId: id = "" } = User ?? {};
  const user = { kind: "user", accountId: ACCOUNT, arn, id, userName: "busy-user" } as const;
  await iamThen("ListUsers", {}, { principal: user });
}

beforeAll(async () => {
  server = await startTestServer();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 100 * DAY_MS });
  await makeThen();
  vi.useRealTimers();
  const { iam, sts } = server.clients();
  const asBusy = server.clients(await assumeRole(sts, arnOf("role/busy")));
  await asBusy.iam.send(new ListRolesCommand({}));
  await asBusy.iam.send(new ListUsersCommand({}));
  await asBusy.s3.send(new ListBucketsCommand({}));
  await server.clients(busyKey).iam.send(new ListRolesCommand({}));
  await createRole(iam, "young", [trusting(ACCOUNT)], NEEDED);
  const { arn } = await client().createAnalyzer({
    analyzerName: "unused",
    type: "ACCOUNT_UNUSED_ACCESS",
    configuration: {
      unusedAccess: {
        unusedAccessAge: 90,
        analysisRule: { exclusions: [{ resourceTags: [{ keep: "yes" }] }] },
      },
    },
  });
  analyzerArn = arn ?? "";
});
afterAll(() => server?.close());

const all = async (filter: Record<string, analyzer.Criterion> = {}) =>
  (await client().listFindingsV2({ analyzerArn, filter })).findings ?? [];

async function detailsOf(resource: string, findingType: string) {
  const [found] = await all({ resource: { eq: [resource] }, findingType: { eq: [findingType] } });
  const { findingDetails } = await client().getFindingV2({ analyzerArn, id: found?.id ?? "" });
  return { id: found?.id ?? "", findingDetails };
}

test("only what was unused for the whole time is found, but for what tags spare", async () => {
  const found = (await all()).map(({ findingType, resource, resourceType }) =>
    [findingType, resource?.split(":")[5], resourceType].join(" "),
  );
  expect(found.toSorted()).toEqual([
    "UnusedIAMRole role/idle AWS::IAM::Role",
    "UnusedIAMUserAccessKey user/idle-user AWS::IAM::User",
    "UnusedIAMUserAccessKey user/member AWS::IAM::User",
    "UnusedIAMUserPassword user/idle-user AWS::IAM::User",
    "UnusedPermission user/busy-user AWS::IAM::User",
    "UnusedPermission user/idle-user AWS::IAM::User",
    "UnusedPermission user/member AWS::IAM::User",
  ]);
});

test("details say what was used when", async () => {
  expect((await detailsOf(arnOf("role/idle"), "UnusedIAMRole")).findingDetails).toEqual([
    { unusedIamRoleDetails: {} },
  ]);
  const key = await detailsOf(arnOf("user/idle-user"), "UnusedIAMUserAccessKey");
  expect(key.findingDetails).toEqual([
    { unusedIamUserAccessKeyDetails: { accessKeyId: expect.stringMatching(/^AKIA/) } },
  ]);
  const busy = await detailsOf(arnOf("user/busy-user"), "UnusedPermission");
  expect(busy.findingDetails).toEqual([
    {
      unusedPermissionDetails: {
        serviceNamespace: "iam",
        actions: [{ action: "ListUsers", lastAccessed: expect.any(Date) }],
      },
    },
    { unusedPermissionDetails: { serviceNamespace: "s3" } },
  ]);
  const idle = await detailsOf(arnOf("user/idle-user"), "UnusedPermission");
  expect(idle.findingDetails).toEqual([{ unusedPermissionDetails: { serviceNamespace: "s3" } }]);
});

test("a permission that is used resolves its finding, and what is left is a new one", async () => {
  const before = await detailsOf(arnOf("user/busy-user"), "UnusedPermission");
  await server.clients(busyKey).s3.send(new ListBucketsCommand({}));
  const { findings = [] } = await client().listFindingsV2({
    analyzerArn,
    filter: { resource: { eq: [arnOf("user/busy-user")] } },
    sort: { attributeName: "status", orderBy: "ASC" },
  });
  expect(findings).toMatchObject([{ status: "ACTIVE" }, { status: "RESOLVED", id: before.id }]);
});

test("statistics count types and accounts", async () => {
  const { findingsStatistics } = await client().getFindingsStatistics({ analyzerArn });
  expect(findingsStatistics).toMatchObject([
    {
      unusedAccessFindingsStatistics: {
        totalActiveFindings: 7,
        unusedAccessTypeStatistics: expect.arrayContaining([
          { unusedAccessType: "UnusedIAMUserAccessKey", total: 2 },
          { unusedAccessType: "UnusedIAMRole", total: 1 },
        ]),
        topAccounts: [{ account: ACCOUNT, numberOfActiveFindings: 7 }],
      },
    },
  ]);
});

describe("a recommendation", () => {
  const recommended = async (id: string) => {
    await client().generateFindingRecommendation({ analyzerArn, id });
    return client().getFindingRecommendation({ analyzerArn, id });
  };
  const active = async (resource: string) => {
    const filter = { resource: { eq: [resource] }, status: { eq: ["ACTIVE"] } };
    const found = await all({ ...filter, findingType: { eq: ["UnusedPermission"] } });
    return found[0]?.id ?? "";
  };

  test("replaces a policy by one without what nothing uses", async () => {
    const { recommendedSteps = [], ...about } = await recommended(
      await active(arnOf("user/busy-user")),
    );
    expect(about).toMatchObject({
      status: "SUCCEEDED",
      recommendationType: "UnusedPermissionRecommendation",
      resourceArn: arnOf("user/busy-user"),
      startedAt: expect.any(Date),
      completedAt: expect.any(Date),
    });
    const [create, detach] = recommendedSteps.map((one) => one.unusedPermissionsRecommendedStep);
    expect(create).toMatchObject({ recommendedAction: "CREATE_POLICY", existingPolicyId: "own" });
    expect(create?.recommendedPolicy).not.toContain("iam:ListUsers");
    expect(create?.recommendedPolicy).toContain("iam:ListRoles");
    expect(detach).toEqual({ recommendedAction: "DETACH_POLICY", existingPolicyId: "own" });
  });

  test("detaches a policy that nothing uses", async () => {
    const { recommendedSteps } = await recommended(await active(arnOf("user/idle-user")));
    expect(recommendedSteps).toEqual([
      {
        unusedPermissionsRecommendedStep: {
          recommendedAction: "DETACH_POLICY",
          existingPolicyId: "own",
        },
      },
    ]);
  });

  test("fails for permissions through a group", async () => {
    const { status, error } = await recommended(await active(arnOf("user/member")));
    expect({ status, error }).toMatchObject({ status: "FAILED", error: { code: "UNSUPPORTED" } });
  });

  test("isn't made for other findings, nor there before it is made", async () => {
    const { id } = await detailsOf(arnOf("role/idle"), "UnusedIAMRole");
    await expect(client().generateFindingRecommendation({ analyzerArn, id })).rejects.toMatchObject(
      { name: "ValidationException" },
    );
    await expect(client().getFindingRecommendation({ analyzerArn, id })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});
