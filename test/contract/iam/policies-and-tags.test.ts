import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, documentIn, EC2_TRUST, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const FIRST = policyOf([allow("s3:GetObject")]);
const SECOND = policyOf([allow("s3:*", { Sid: "Everything" })]);

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  await iam.createUser({ UserName: "n" });
  await iam.createGroup({ GroupName: "n" });
  await iam.createRole({ RoleName: "n", AssumeRolePolicyDocument: EC2_TRUST });
  await iam.createPolicy({ PolicyName: "n", PolicyDocument: FIRST });
  await iam.createInstanceProfile({ InstanceProfileName: "n" });
});
afterAll(() => server.close());

/** An operation of the SDK by name: what is alike of users, groups and roles is tested alike. */
async function call<Output>(operation: string, input: object): Promise<Output> {
  const method: unknown = Reflect.get(iam, operation.charAt(0).toLowerCase() + operation.slice(1));
  if (typeof method !== "function") throw new Error(`The SDK has no ${operation}.`);
  return method.call(iam, input);
}

describe.each(["User", "Group", "Role"])("a %s", (kind) => {
  const name = { [`${kind}Name`]: "n" };

  it("has inline policies that are put, replaced, listed and deleted", async () => {
    const put = (PolicyName: string, PolicyDocument: string) =>
      call(`Put${kind}Policy`, { ...name, PolicyName, PolicyDocument });
    await put("b", FIRST);
    await put("a", FIRST);
    await put("b", SECOND);
    const listed = await call<{ PolicyNames: string[] }>(`List${kind}Policies`, name);
    expect(listed).toMatchObject({ PolicyNames: ["a", "b"], IsTruncated: false });
    const got = await call<{ PolicyDocument: string }>(`Get${kind}Policy`, {
      ...name,
      PolicyName: "b",
    });
    expect(got).toMatchObject({ ...name, PolicyName: "b" });
    expect(documentIn(got.PolicyDocument)).toEqual(JSON.parse(SECOND));
    expect(await failureOf(() => call(`Delete${kind}`, name))).toEqual({
      code: "DeleteConflict",
      status: 409,
      message: "Cannot delete entity, must delete policies first.",
    });
    await put("B", FIRST);
    expect(await call(`List${kind}Policies`, name)).toMatchObject({ PolicyNames: ["a", "b"] });
    const capital = { ...name, PolicyName: "B" };
    const again = await call<typeof got>(`Get${kind}Policy`, capital);
    expect(again).toMatchObject(capital);
    expect(documentIn(again.PolicyDocument)).toEqual(JSON.parse(FIRST));
    await call(`Delete${kind}Policy`, { ...name, PolicyName: "a" });
    await call(`Delete${kind}Policy`, capital);
    expect(await call(`List${kind}Policies`, name)).toMatchObject({ PolicyNames: [] });
  });

  it("has managed policies that are attached, listed by path and detached", async () => {
    const own = "arn:aws:iam::000000000000:policy/n";
    await call(`Attach${kind}Policy`, { ...name, PolicyArn: READ_ONLY });
    await call(`Attach${kind}Policy`, { ...name, PolicyArn: own });
    await call(`Attach${kind}Policy`, { ...name, PolicyArn: own });
    const list = (extra: object) =>
      call<{ AttachedPolicies: object[] }>(`ListAttached${kind}Policies`, { ...name, ...extra });
    expect((await list({})).AttachedPolicies).toEqual([
      { PolicyName: "n", PolicyArn: own },
      { PolicyName: "ReadOnlyAccess", PolicyArn: READ_ONLY },
    ]);
    expect((await list({ PathPrefix: "/none/" })).AttachedPolicies).toEqual([]);
    await call(`Detach${kind}Policy`, { ...name, PolicyArn: READ_ONLY });
    await call(`Detach${kind}Policy`, { ...name, PolicyArn: own });
    expect((await list({})).AttachedPolicies).toEqual([]);
  });
});

type Tags = Record<string, string>;

const pairsOf = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const tagsOf = (kind: string, name: object, page: object = {}) =>
  call<{ Tags: object[]; Marker?: string }>(`List${kind}Tags`, { ...name, ...page });

describe.each([
  ["User", { UserName: "n" }],
  ["Role", { RoleName: "n" }],
])("tags of a %s", (kind, name) => {
  it("are added, replaced irrespective of case, listed by pages and removed", async () => {
    const tag = (tags: Tags) => call(`Tag${kind}`, { ...name, Tags: pairsOf(tags) });
    await tag({ b: "1", A: "2", c: "" });
    await tag({ B: "3" });
    const first = await tagsOf(kind, name, { MaxItems: 2 });
    expect(first).toMatchObject({ IsTruncated: true, Tags: pairsOf({ A: "2", B: "3" }) });
    const rest = await tagsOf(kind, name, { Marker: first.Marker });
    expect(rest).toMatchObject({ IsTruncated: false, Tags: pairsOf({ c: "" }) });
    await call(`Untag${kind}`, { ...name, TagKeys: ["a", "B", "unknown"] });
    expect(await tagsOf(kind, name)).toMatchObject({ Tags: [{ Key: "c" }] });
  });
});

describe.each([
  ["Policy", { PolicyArn: "arn:aws:iam::000000000000:policy/n" }],
  ["InstanceProfile", { InstanceProfileName: "n" }],
])("tags of a %s", (kind, name) => {
  it("are told apart by case, listed with short keys first, by pages, and removed", async () => {
    const tag = (tags: readonly object[]) => call(`Tag${kind}`, { ...name, Tags: tags });
    await tag(pairsOf({ abc: "1", b: "2", B: "3" }));
    await tag(pairsOf({ abc: "4" }));
    const first = await tagsOf(kind, name, { MaxItems: 2 });
    expect(first).toMatchObject({ IsTruncated: true, Tags: pairsOf({ B: "3", b: "2" }) });
    const rest = await tagsOf(kind, name, { Marker: first.Marker });
    expect(rest).toMatchObject({ IsTruncated: false, Tags: pairsOf({ abc: "4" }) });
    const twice = [...pairsOf({ x: "1" }), ...pairsOf({ x: "2" })];
    expect(await failureOf(() => tag(twice))).toEqual({
      code: "InvalidInput",
      status: 400,
      message: "Duplicate tag keys found.",
    });
    await call(`Untag${kind}`, { ...name, TagKeys: ["B", "ABC", "unknown"] });
    expect(await tagsOf(kind, name)).toMatchObject({ Tags: pairsOf({ b: "2", abc: "4" }) });
    const tooMany = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`k${n}`, "v"]));
    expect(await failureOf(() => tag(pairsOf(tooMany)))).toEqual({
      code: "LimitExceeded",
      status: 409,
      message: "The number of tags has reached the maximum limit.",
    });
    expect((await tagsOf(kind, name)).Tags).toHaveLength(2);
  });
});

describe("groups", () => {
  it("show members and memberships, and move", async () => {
    await iam.createGroup({ GroupName: "crew" });
    for (const UserName of ["b", "a"]) {
      await iam.createUser({ UserName });
      await iam.addUserToGroup({ GroupName: "crew", UserName });
      await iam.addUserToGroup({ GroupName: "crew", UserName });
    }
    await iam.updateGroup({ GroupName: "crew", NewGroupName: "Crew", NewPath: "/ship/" });
    const { Group, Users = [] } = await iam.getGroup({ GroupName: "Crew" });
    expect(Group?.Arn).toBe("arn:aws:iam::000000000000:group/ship/Crew");
    expect(Users.map((user) => user.UserName)).toEqual(["a", "b"]);
    const { Groups = [] } = await iam.listGroupsForUser({ UserName: "a" });
    expect(Groups).toEqual([Group]);
    for (const UserName of ["a", "b"])
      await iam.removeUserFromGroup({ GroupName: "Crew", UserName });
    await iam.removeUserFromGroup({ GroupName: "Crew", UserName: "a" });
    await iam.deleteGroup({ GroupName: "Crew" });
    await iam.deleteUser({ UserName: "a" });
    expect((await iam.listGroups({ PathPrefix: "/ship/" })).Groups).toEqual([]);
  });
});

describe("the groups of a user", () => {
  it("are listed in the order in which it joined them, by pages too", async () => {
    const UserName = "joiner";
    await iam.createUser({ UserName });
    const names = ["m", "z", "a", "y"];
    for (const GroupName of names) {
      await iam.createGroup({ GroupName });
      await iam.addUserToGroup({ GroupName, UserName });
    }
    await iam.removeUserFromGroup({ GroupName: "z", UserName });
    await iam.addUserToGroup({ GroupName: "z", UserName });
    const joined = ["m", "a", "y", "z"];
    const { Groups = [] } = await iam.listGroupsForUser({ UserName });
    expect(Groups.map(({ GroupName }) => GroupName)).toEqual(joined);
    const paged: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.listGroupsForUser({ UserName, MaxItems: 1, Marker });
      paged.push(...(page.Groups ?? []).map(({ GroupName }) => GroupName));
      ({ Marker } = page);
    } while (Marker !== undefined && paged.length <= names.length);
    expect(paged).toEqual(joined);
    for (const GroupName of names) {
      await iam.removeUserFromGroup({ GroupName, UserName });
      await iam.deleteGroup({ GroupName });
    }
    await iam.deleteUser({ UserName });
  });
});

describe("instance profiles", () => {
  it("hold one role and are found by it", async () => {
    const InstanceProfileName = "box";
    const Path = "/boxes/";
    const Tags = [{ Key: "k", Value: "v" }];
    const made = await iam.createInstanceProfile({ InstanceProfileName, Path, Tags });
    expect(made.InstanceProfile).toMatchObject({
      Arn: "arn:aws:iam::000000000000:instance-profile/boxes/box",
      InstanceProfileId: expect.stringMatching(/^AIPA[A-Z2-7]{17}$/),
      Roles: [],
      Tags,
    });
    await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: "n" });
    const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName });
    expect(InstanceProfile?.Tags).toEqual(Tags);
    expect(InstanceProfile?.Roles).toMatchObject([{ RoleName: "n" }]);
    const byRole = await iam.listInstanceProfilesForRole({ RoleName: "n" });
    const byPath = await iam.listInstanceProfiles({ PathPrefix: Path });
    expect(byRole.InstanceProfiles).toEqual(byPath.InstanceProfiles);
    expect(byRole.InstanceProfiles).toMatchObject([{ InstanceProfileName }]);
    await iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: "n" });
    await iam.deleteInstanceProfile({ InstanceProfileName });
    expect((await iam.listInstanceProfiles({ PathPrefix: Path })).InstanceProfiles).toEqual([]);
  });
});

describe("roles", () => {
  it("are made with everything and shown with everything, but not by lists", async () => {
    const RoleName = "full";
    const PermissionsBoundary = READ_ONLY;
    const made = await iam.createRole({
      RoleName,
      Path: "/team/",
      AssumeRolePolicyDocument: EC2_TRUST,
      Description: "does <everything> & more",
      MaxSessionDuration: 7200,
      PermissionsBoundary,
      Tags: [{ Key: "team", Value: "core" }],
    });
    expect(made.Role).not.toHaveProperty("Description");
    expect(made.Role).not.toHaveProperty("MaxSessionDuration");
    expect(made.Role).not.toHaveProperty("RoleLastUsed");
    const { Role } = await iam.getRole({ RoleName });
    expect(Role).toMatchObject({
      ...made.Role,
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Description: "does <everything> & more",
      MaxSessionDuration: 7200,
      PermissionsBoundary: { PermissionsBoundaryArn: PermissionsBoundary },
      Tags: [{ Key: "team", Value: "core" }],
      RoleLastUsed: {},
    });
    const { Roles = [] } = await iam.listRoles({ PathPrefix: "/team/" });
    const [listed] = Roles;
    expect(listed).toMatchObject({ RoleName, MaxSessionDuration: 7200 });
    for (const member of ["Tags", "PermissionsBoundary", "RoleLastUsed"])
      expect(listed).not.toHaveProperty(member);
    await iam.deleteRole({ RoleName });
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: EC2_TRUST });
    const again = (await iam.getRole({ RoleName })).Role;
    expect(again?.RoleId).not.toBe(Role?.RoleId);
    expect(again).not.toHaveProperty("Tags");
    expect(again).not.toHaveProperty("PermissionsBoundary");
  });
});

describe("the account's authorization details", () => {
  it("have empty lists where there is nothing, but no inline policies of a user", async () => {
    await iam.createUser({ UserName: "plain" });
    await iam.createRole({ RoleName: "plain", AssumeRolePolicyDocument: EC2_TRUST });
    const { UserDetailList, RoleDetailList, ...rest } = await iam.getAccountAuthorizationDetails({
      Filter: ["User", "Role"],
    });
    expect(rest).toMatchObject({ GroupDetailList: [], Policies: [], IsTruncated: false });
    const user = UserDetailList?.find(({ UserName }) => UserName === "plain");
    expect(user).toMatchObject({ AttachedManagedPolicies: [], GroupList: [], Tags: [] });
    expect(user).not.toHaveProperty("UserPolicyList");
    expect(RoleDetailList?.find(({ RoleName }) => RoleName === "plain")).toMatchObject({
      AttachedManagedPolicies: [],
      InstanceProfileList: [],
      RolePolicyList: [],
      Tags: [],
    });
  });
});

describe("names", () => {
  it("find what they name in any case, also through its ARN with another path", async () => {
    await iam.createUser({ UserName: "Mixed", Path: "/team/" });
    await iam.createRole({ RoleName: "Mixed", AssumeRolePolicyDocument: EC2_TRUST });
    await iam.createGroup({ GroupName: "Mixed" });
    await iam.createInstanceProfile({ InstanceProfileName: "Mixed" });
    const arn = "arn:aws:iam::000000000000:user/team/Mixed";
    expect((await iam.getUser({ UserName: "MIXED" })).User).toMatchObject({
      UserName: "Mixed",
      Arn: arn,
    });
    expect((await iam.getRole({ RoleName: "mixed" })).Role?.RoleName).toBe("Mixed");
    expect((await iam.getGroup({ GroupName: "mixed" })).Group?.GroupName).toBe("Mixed");
    await iam.addUserToGroup({ GroupName: "mixed", UserName: "mixed" });
    const InstanceProfileName = "mixed";
    await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: "MIXED" });
    const profile = (await iam.getInstanceProfile({ InstanceProfileName })).InstanceProfile;
    expect(profile).toMatchObject({
      InstanceProfileName: "Mixed",
      Roles: [{ RoleName: "Mixed" }],
    });
    await iam.putUserPolicy({ UserName: "MIXED", PolicyName: "own", PolicyDocument: FIRST });
    const { EvaluationResults } = await iam.simulatePrincipalPolicy({
      PolicySourceArn: "arn:aws:iam::000000000000:user/mixed",
      ActionNames: ["s3:GetObject"],
    });
    expect(EvaluationResults).toMatchObject([
      { EvalDecision: "allowed", MatchedStatements: [{ SourcePolicyId: "user_Mixed_own" }] },
    ]);
  });

  it("are untagged of no keys, too", async () => {
    expect(await iam.untagUser({ UserName: "n", TagKeys: [] })).toMatchObject({});
    expect(await iam.untagRole({ RoleName: "n", TagKeys: [] })).toMatchObject({});
  });

  it("are decided on as they are stored, and have their case in ARNs", async () => {
    const statement = allow("iam:GetUser", {
      Resource: "arn:aws:iam::000000000000:user/team/Mixed",
    });
    const reader = iamOf(server, await makeUser(iam, "reader", [statement]));
    expect((await reader.getUser({ UserName: "mIXED" })).User?.UserName).toBe("Mixed");
    const trust = (name: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::000000000000:role/${name}` },
            Action: "sts:AssumeRole",
          },
        ],
      });
    const update = (name: string) =>
      iam.updateAssumeRolePolicy({ RoleName: "n", PolicyDocument: trust(name) });
    await update("Mixed");
    expect(await failureOf(() => update("mixed"))).toMatchObject({
      code: "MalformedPolicyDocument",
    });
  });
});
