import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, policyOf } from "./iam-api.ts";

const ROLE = "AWSServiceRoleForIVSRecordToS3";
const SERVICE_POLICY = "arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3";
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const MESSAGE = `Cannot perform the operation on the protected role '${ROLE}' - this role is only modifiable by AWS`;
const DURATION_MESSAGE = `${ROLE} is an AWS service linked role, max session duration cannot be changed.`;

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  await iam.createServiceLinkedRole({ AWSServiceName: "ivs.amazonaws.com" });
  await iam.createInstanceProfile({ InstanceProfileName: "box" });
});
afterAll(() => server.close());

const RoleName = ROLE;
const PolicyDocument = policyOf([allow("s3:*")]);

describe("an ordinary operation on a service-linked role, by the root user", () => {
  const refused: Record<string, () => Promise<unknown>> = {
    DeleteRole: () => iam.deleteRole({ RoleName }),
    UpdateAssumeRolePolicy: () =>
      iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: EC2_TRUST }),
    AttachRolePolicy: () => iam.attachRolePolicy({ RoleName, PolicyArn: READ_ONLY }),
    DetachRolePolicy: () => iam.detachRolePolicy({ RoleName, PolicyArn: SERVICE_POLICY }),
    PutRolePolicy: () => iam.putRolePolicy({ RoleName, PolicyName: "more", PolicyDocument }),
    DeleteRolePolicy: () => iam.deleteRolePolicy({ RoleName, PolicyName: "more" }),
    PutRolePermissionsBoundary: () =>
      iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: READ_ONLY }),
    DeleteRolePermissionsBoundary: () => iam.deleteRolePermissionsBoundary({ RoleName }),
    AddRoleToInstanceProfile: () =>
      iam.addRoleToInstanceProfile({ RoleName, InstanceProfileName: "box" }),
    RemoveRoleFromInstanceProfile: () =>
      iam.removeRoleFromInstanceProfile({ RoleName, InstanceProfileName: "box" }),
    "UpdateRole of MaxSessionDuration": () =>
      iam.updateRole({ RoleName, MaxSessionDuration: 7200 }),
  };

  it.each(Object.entries(refused))("%s is refused", async (name, call) => {
    const before = await iam.getRole({ RoleName });
    const message = name.startsWith("UpdateRole") ? DURATION_MESSAGE : MESSAGE;
    const expected = { code: "UnmodifiableEntity", status: 400, message };
    expect(await failureOf(call)).toEqual(expected);
    const { Role } = await iam.getRole({ RoleName });
    expect(Role).toEqual(before.Role);
  });

  it("may describe it, tag it and read it", async () => {
    await iam.updateRole({ RoleName, Description: "records" });
    expect((await iam.getRole({ RoleName })).Role?.Description).toBe("records");
    const { Role } = await iam.updateRoleDescription({ RoleName, Description: "records streams" });
    expect(Role?.Description).toBe("records streams");
    await iam.tagRole({ RoleName, Tags: [{ Key: "team", Value: "video" }] });
    expect((await iam.listRoleTags({ RoleName })).Tags).toEqual([{ Key: "team", Value: "video" }]);
    await iam.untagRole({ RoleName, TagKeys: ["TEAM"] });
    expect((await iam.getRole({ RoleName })).Role).not.toHaveProperty("Tags");
    expect((await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies).toEqual([
      { PolicyName: "IVSRecordToS3", PolicyArn: SERVICE_POLICY },
    ]);
    expect((await iam.listRolePolicies({ RoleName })).PolicyNames).toEqual([]);
    expect((await iam.listInstanceProfilesForRole({ RoleName })).InstanceProfiles).toEqual([]);
  });

  it("finds it in lists by its path, without what lists leave out", async () => {
    const { Roles = [] } = await iam.listRoles({ PathPrefix: "/aws-service-role/" });
    expect(Roles).toHaveLength(1);
    expect(Roles[0]).toMatchObject({ RoleName, MaxSessionDuration: 3600 });
    expect(Roles[0]).not.toHaveProperty("RoleLastUsed");
    const { RoleDetailList = [], Policies = [] } = await iam.getAccountAuthorizationDetails({});
    expect(RoleDetailList.map((role) => role.RoleName)).toEqual([RoleName]);
    expect(Policies.map((policy) => policy.Arn)).toEqual([SERVICE_POLICY]);
  });
});
