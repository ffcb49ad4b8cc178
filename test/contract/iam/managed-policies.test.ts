import type { IAM, ListPoliciesCommandInput } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, documentIn, EC2_TRUST, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

describe("a customer managed policy", () => {
  it("has versions of which the default one decides, at once", async () => {
    const buckets = policyOf([allow("iam:ListUsers")]);
    const nothing = policyOf([allow("s3:ListAllMyBuckets")]);
    const key = await makeUser(iam, "versions");
    const user = iamOf(server, key);
    const { Policy } = await iam.createPolicy({
      PolicyName: "listing",
      Path: "/team/",
      PolicyDocument: nothing,
      Description: "lists",
      Tags: [{ Key: "team", Value: "core" }],
    });
    const PolicyArn = Policy?.Arn;
    expect(PolicyArn).toBe("arn:aws:iam::000000000000:policy/team/listing");
    await iam.attachUserPolicy({ UserName: "versions", PolicyArn });
    expect(await failureOf(() => user.listUsers({}))).toMatchObject({ code: "AccessDenied" });

    const second = await iam.createPolicyVersion({
      PolicyArn,
      PolicyDocument: buckets,
      SetAsDefault: true,
    });
    expect(second.PolicyVersion).toMatchObject({ VersionId: "v2", IsDefaultVersion: true });
    await expect(user.listUsers({})).resolves.toHaveProperty("Users");

    await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: "v1" });
    expect(await failureOf(() => user.listUsers({}))).toMatchObject({ code: "AccessDenied" });

    const { Versions = [] } = await iam.listPolicyVersions({ PolicyArn });
    expect(Versions.map((version) => [version.VersionId, version.IsDefaultVersion])).toEqual([
      ["v2", false],
      ["v1", true],
    ]);
    for (const [VersionId, isDefault, document] of [
      ["v1", true, nothing],
      ["v2", false, buckets],
    ] as const) {
      const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId });
      expect(documentIn(PolicyVersion?.Document)).toEqual(JSON.parse(document));
      expect(PolicyVersion).toMatchObject({ VersionId, IsDefaultVersion: isDefault });
    }

    await iam.deletePolicyVersion({ PolicyArn, VersionId: "v2" });
    const third = await iam.createPolicyVersion({ PolicyArn, PolicyDocument: buckets });
    expect(third.PolicyVersion).toMatchObject({ VersionId: "v3", IsDefaultVersion: false });

    const got = (await iam.getPolicy({ PolicyArn })).Policy;
    expect(got).toMatchObject({
      Description: "lists",
      DefaultVersionId: "v1",
      AttachmentCount: 1,
      PermissionsBoundaryUsageCount: 0,
      Tags: [{ Key: "team", Value: "core" }],
    });
    const { Policies } = await iam.getAccountAuthorizationDetails({
      Filter: ["LocalManagedPolicy"],
    });
    expect(Policies?.find(({ Arn }) => Arn === PolicyArn)).not.toHaveProperty("Description");
    const ofIvs = "arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3";
    expect((await iam.getPolicy({ PolicyArn: ofIvs })).Policy?.Description).toBe(
      "Service Linked Role to perform S3 PutObject to recording IVS live streams",
    );
  });

  it("counts as boundary and is found by who uses it", async () => {
    const { Policy } = await iam.createPolicy({
      PolicyName: "fence",
      PolicyDocument: policyOf([allow("iam:GetUser")]),
    });
    const PolicyArn = Policy?.Arn;
    const key = await makeUser(iam, "fenced", [allow("iam:*")]);
    await iam.putUserPermissionsBoundary({ UserName: "fenced", PermissionsBoundary: PolicyArn });
    await iam.createRole({
      RoleName: "fenced-role",
      AssumeRolePolicyDocument: EC2_TRUST,
      PermissionsBoundary: PolicyArn,
    });
    await iam.createGroup({ GroupName: "fence-group" });
    await iam.attachGroupPolicy({ GroupName: "fence-group", PolicyArn });

    const user = iamOf(server, key);
    const { User } = await user.getUser({});
    expect(User?.PermissionsBoundary).toEqual({
      PermissionsBoundaryType: "Policy",
      PermissionsBoundaryArn: PolicyArn,
    });
    const denied = await failureOf(() => user.listUsers({}));
    expect(denied.message).toContain("because no permissions boundary allows the iam:ListUsers");

    const entities = await iam.listEntitiesForPolicy({ PolicyArn });
    expect(entities).toMatchObject({
      PolicyGroups: [{ GroupName: "fence-group" }],
      PolicyUsers: [{ UserName: "fenced" }],
      PolicyRoles: [{ RoleName: "fenced-role" }],
    });
    const attached = await iam.listEntitiesForPolicy({
      PolicyArn,
      PolicyUsageFilter: "PermissionsPolicy",
    });
    expect(attached).toMatchObject({ PolicyUsers: [], PolicyRoles: [] });
    const own = async (input: ListPoliciesCommandInput) => {
      const { Policies = [] } = await iam.listPolicies({ Scope: "Local", ...input });
      return Policies.map((policy) => policy.PolicyName);
    };
    const all = await own({});
    expect(all.length).toBeGreaterThan(1);
    const PolicyUsageFilter = "PermissionsBoundary";
    expect(await own({ PolicyUsageFilter, OnlyAttached: true })).toEqual(["fence"]);
    expect(await own({ PolicyUsageFilter })).toEqual(all);

    await iam.deleteUserPermissionsBoundary({ UserName: "fenced" });
    await expect(user.listUsers({})).resolves.toHaveProperty("Users");
  });
});

describe("AWS managed policies", () => {
  it("are all listed, and readable in every version", async () => {
    let count = 0;
    let marker: string | undefined;
    do {
      const page = await iam.listPolicies({
        Scope: "AWS",
        MaxItems: 1000,
        ...(marker === undefined ? {} : { Marker: marker }),
      });
      count += page.Policies?.length ?? 0;
      marker = page.Marker;
    } while (marker !== undefined);
    expect(count).toBeGreaterThan(1500);

    const PolicyArn = "arn:aws:iam::aws:policy/IVSReadOnlyAccess";
    const { Versions = [] } = await iam.listPolicyVersions({ PolicyArn });
    expect(Versions.length).toBeGreaterThan(1);
    for (const { VersionId } of Versions) {
      const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId });
      expect(documentIn(PolicyVersion?.Document)).toHaveProperty("Statement");
    }
  });

  it("give permissions through a group", async () => {
    const key = await makeUser(iam, "boss");
    await iam.createGroup({ GroupName: "bosses" });
    await iam.attachGroupPolicy({ GroupName: "bosses", PolicyArn: ADMINISTRATOR });
    const boss = iamOf(server, key);
    expect(await failureOf(() => boss.listGroups({}))).toMatchObject({ code: "AccessDenied" });
    await iam.addUserToGroup({ GroupName: "bosses", UserName: "boss" });
    await expect(boss.listGroups({})).resolves.toHaveProperty("Groups");
    await iam.removeUserFromGroup({ GroupName: "bosses", UserName: "boss" });
    expect(await failureOf(() => boss.listGroups({}))).toMatchObject({ code: "AccessDenied" });
  });
});

describe("access keys", () => {
  it("sign until they are inactive or deleted", async () => {
    const key = await makeUser(iam, "signer", [allow("iam:GetUser")]);
    const AccessKeyId = key.accessKeyId;
    const signer = iamOf(server, key);
    expect(AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(key.secretAccessKey).toHaveLength(40);
    await expect(signer.getUser({})).resolves.toMatchObject({ User: { UserName: "signer" } });
    await iam.updateAccessKey({ UserName: "signer", AccessKeyId, Status: "Inactive" });
    const invalid = { code: "InvalidClientTokenId", status: 403 };
    expect(await failureOf(() => signer.getUser({}))).toMatchObject(invalid);
    await iam.updateAccessKey({ UserName: "signer", AccessKeyId, Status: "Active" });
    await expect(signer.getUser({})).resolves.toHaveProperty("User");
    const listed = await iam.listAccessKeys({ UserName: "signer" });
    expect(listed.AccessKeyMetadata).toMatchObject([{ AccessKeyId, Status: "Active" }]);
    expect(JSON.stringify(listed)).not.toContain(key.secretAccessKey);
    await iam.deleteAccessKey({ UserName: "signer", AccessKeyId });
    expect(await failureOf(() => signer.getUser({}))).toMatchObject(invalid);
  });
});
