import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

const ACCOUNT = "000000000000";
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const OWN = `arn:aws:iam::${ACCOUNT}:policy/team/own`;
const DOCUMENT = policyOf([allow("s3:ListAllMyBuckets")]);
const TAGS = [{ Key: "Team", Value: "core" }];

let server: TestServer;
let iam: IAM;
let nobody: Key;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  nobody = await makeUser(iam, "nobody");
  await iam.createUser({ UserName: "alice", Path: "/team/", Tags: TAGS });
  await iam.createGroup({ GroupName: "crew", Path: "/team/" });
  const AssumeRolePolicyDocument = EC2_TRUST;
  await iam.createRole({ RoleName: "app", Path: "/team/", AssumeRolePolicyDocument, Tags: TAGS });
  await iam.createPolicy({ PolicyName: "own", Path: "/team/", PolicyDocument: DOCUMENT });
  await iam.createInstanceProfile({ InstanceProfileName: "box", Path: "/team/" });
});
afterAll(() => server.close());

const user = { UserName: "alice" };
const group = { GroupName: "crew" };
const role = { RoleName: "app" };
const profile = { InstanceProfileName: "box" };
const policy = { PolicyArn: OWN };
const attached = { PolicyArn: READ_ONLY };
const inline = { PolicyName: "p", PolicyDocument: DOCUMENT };
const key = { AccessKeyId: "AKIAQAAAAAAAAAAAAAAA" };
const arn = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;

/** Every operation: its input, and what the refusal names. */
const operations: Record<string, readonly [input: object, resource: string]> = {
  CreateUser: [{ UserName: "new", Path: "/team/" }, arn("user/team/new")],
  GetUser: [user, "user alice"],
  ListUsers: [{}, arn("user/")],
  UpdateUser: [{ ...user, NewUserName: "other" }, "user alice"],
  DeleteUser: [user, "user alice"],
  TagUser: [{ ...user, Tags: TAGS }, "user alice"],
  UntagUser: [{ ...user, TagKeys: ["Team"] }, "user alice"],
  ListUserTags: [user, "user alice"],
  CreateAccessKey: [user, "user alice"],
  ListAccessKeys: [user, "user alice"],
  UpdateAccessKey: [{ ...user, ...key, Status: "Inactive" }, "user alice"],
  DeleteAccessKey: [{ ...user, ...key }, "user alice"],
  PutUserPolicy: [{ ...user, ...inline }, "user alice"],
  GetUserPolicy: [{ ...user, PolicyName: "p" }, "user alice"],
  ListUserPolicies: [user, "user alice"],
  DeleteUserPolicy: [{ ...user, PolicyName: "p" }, "user alice"],
  AttachUserPolicy: [{ ...user, ...attached }, "user alice"],
  DetachUserPolicy: [{ ...user, ...attached }, "user alice"],
  ListAttachedUserPolicies: [user, "user alice"],
  PutUserPermissionsBoundary: [{ ...user, PermissionsBoundary: READ_ONLY }, "user alice"],
  DeleteUserPermissionsBoundary: [user, "user alice"],
  ListGroupsForUser: [user, "user alice"],
  CreateGroup: [{ GroupName: "new" }, arn("group/new")],
  GetGroup: [group, "group crew"],
  ListGroups: [{ PathPrefix: "/team/" }, arn("group/team/")],
  UpdateGroup: [{ ...group, NewPath: "/" }, "group crew"],
  DeleteGroup: [group, "group crew"],
  AddUserToGroup: [{ ...group, ...user }, "group crew"],
  RemoveUserFromGroup: [{ ...group, ...user }, "group crew"],
  PutGroupPolicy: [{ ...group, ...inline }, "group crew"],
  GetGroupPolicy: [{ ...group, PolicyName: "p" }, "group crew"],
  ListGroupPolicies: [group, "group crew"],
  DeleteGroupPolicy: [{ ...group, PolicyName: "p" }, "group crew"],
  AttachGroupPolicy: [{ ...group, ...attached }, "group crew"],
  DetachGroupPolicy: [{ ...group, ...attached }, "group crew"],
  ListAttachedGroupPolicies: [group, "group crew"],
  CreateRole: [{ RoleName: "new", AssumeRolePolicyDocument: EC2_TRUST }, arn("role/new")],
  GetRole: [role, "role app"],
  ListRoles: [{}, arn("role/")],
  UpdateRole: [{ ...role, Description: "d" }, "role app"],
  UpdateRoleDescription: [{ ...role, Description: "d" }, "role app"],
  UpdateAssumeRolePolicy: [{ ...role, PolicyDocument: EC2_TRUST }, "role app"],
  DeleteRole: [role, "role app"],
  TagRole: [{ ...role, Tags: TAGS }, "role app"],
  UntagRole: [{ ...role, TagKeys: ["Team"] }, "role app"],
  ListRoleTags: [role, "role app"],
  PutRolePolicy: [{ ...role, ...inline }, "role app"],
  GetRolePolicy: [{ ...role, PolicyName: "p" }, "role app"],
  ListRolePolicies: [role, "role app"],
  DeleteRolePolicy: [{ ...role, PolicyName: "p" }, "role app"],
  AttachRolePolicy: [{ ...role, ...attached }, "role app"],
  DetachRolePolicy: [{ ...role, ...attached }, "role app"],
  ListAttachedRolePolicies: [role, "role app"],
  PutRolePermissionsBoundary: [{ ...role, PermissionsBoundary: READ_ONLY }, "role app"],
  DeleteRolePermissionsBoundary: [role, "role app"],
  ListInstanceProfilesForRole: [role, "role app"],
  CreatePolicy: [{ PolicyName: "new", PolicyDocument: DOCUMENT }, "policy new"],
  GetPolicy: [policy, `policy ${OWN}`],
  ListPolicies: [{}, "policy path /"],
  DeletePolicy: [policy, `policy ${OWN}`],
  ListEntitiesForPolicy: [attached, `policy ${READ_ONLY}`],
  CreatePolicyVersion: [{ ...policy, PolicyDocument: DOCUMENT }, `policy ${OWN}`],
  GetPolicyVersion: [{ ...policy, VersionId: "v1" }, `policy ${OWN}`],
  ListPolicyVersions: [policy, `policy ${OWN}`],
  SetDefaultPolicyVersion: [{ ...policy, VersionId: "v1" }, `policy ${OWN}`],
  DeletePolicyVersion: [{ ...policy, VersionId: "v1" }, `policy ${OWN}`],
  TagPolicy: [{ ...policy, Tags: TAGS }, `policy ${OWN}`],
  UntagPolicy: [{ ...policy, TagKeys: ["Team"] }, `policy ${OWN}`],
  ListPolicyTags: [policy, `policy ${OWN}`],
  CreateInstanceProfile: [{ InstanceProfileName: "new" }, arn("instance-profile/new")],
  GetInstanceProfile: [profile, "instance profile box"],
  ListInstanceProfiles: [{}, arn("instance-profile/")],
  DeleteInstanceProfile: [profile, "instance profile box"],
  AddRoleToInstanceProfile: [{ ...profile, ...role }, "instance profile box"],
  RemoveRoleFromInstanceProfile: [{ ...profile, ...role }, "instance profile box"],
  TagInstanceProfile: [{ ...profile, Tags: TAGS }, "instance profile box"],
  UntagInstanceProfile: [{ ...profile, TagKeys: ["Team"] }, "instance profile box"],
  ListInstanceProfileTags: [profile, "instance profile box"],
  GetAccountAuthorizationDetails: [{}, "*"],
};

function call(by: Key, operation: string, input: object): Promise<unknown> {
  const method = operation.charAt(0).toLowerCase() + operation.slice(1);
  const client: object = iamOf(server, by);
  const send: unknown = Reflect.get(client, method);
  if (typeof send !== "function") throw new Error(`The SDK has no ${operation}.`);
  return send.call(client, input);
}

describe("a user without permissions", () => {
  it.each(Object.entries(operations))("may not %s", async (operation, [input, resource]) => {
    expect(await failureOf(() => call(nobody, operation, input))).toEqual({
      code: "AccessDenied",
      status: 403,
      message: expect.stringContaining(
        `User: ${arn("user/nobody")} is not authorized to perform: iam:${operation} on resource: ` +
          `${resource} because no identity-based policy allows the iam:${operation} action. Go to http://`,
      ),
    });
  });

  it("may not read the last use of a key, and doesn't learn whose it is", async () => {
    const own = await iam.createAccessKey({ UserName: "alice" });
    const AccessKeyId = own.AccessKey?.AccessKeyId;
    const failure = await failureOf(() =>
      iamOf(server, nobody).getAccessKeyLastUsed({ AccessKeyId }),
    );
    expect(failure).toMatchObject({ code: "AccessDenied", status: 403 });
  });
});

/** A permission, a call that it covers and one that it doesn't. */
type Condition = readonly [
  what: string,
  statements: readonly object[],
  allowed: readonly [operation: string, input: object],
  refused: readonly [operation: string, input: object],
];

const when = (test: object) => ({ Condition: test });
const equals = (name: string, value: string) => when({ StringEquals: { [name]: value } });

const conditions: readonly Condition[] = [
  [
    "the resource with its path",
    [{ Effect: "Allow", Action: "iam:GetUser", Resource: arn("user/team/*") }],
    ["GetUser", user],
    ["GetUser", { UserName: "nobody" }],
  ],
  [
    "iam:PolicyARN",
    [allow("iam:AttachUserPolicy", when({ ArnEquals: { "iam:PolicyARN": READ_ONLY } }))],
    ["AttachUserPolicy", { ...user, ...attached }],
    ["AttachUserPolicy", { ...user, ...policy }],
  ],
  [
    "iam:PermissionsBoundary of the user to be",
    [allow("iam:CreateUser", equals("iam:PermissionsBoundary", OWN))],
    ["CreateUser", { UserName: "bounded", PermissionsBoundary: OWN }],
    ["CreateUser", { UserName: "unbounded" }],
  ],
  [
    "iam:PermissionsBoundary of the user as it is",
    [allow("iam:PutUserPolicy", equals("iam:PermissionsBoundary", OWN))],
    ["PutUserPolicy", { UserName: "bounded", ...inline }],
    ["PutUserPolicy", { ...user, ...inline }],
  ],
  [
    "aws:RequestTag",
    [allow(["iam:CreateRole", "iam:TagRole"], equals("aws:RequestTag/Team", "core"))],
    ["CreateRole", { RoleName: "tagged", AssumeRolePolicyDocument: EC2_TRUST, Tags: TAGS }],
    ["CreateRole", { RoleName: "untagged", AssumeRolePolicyDocument: EC2_TRUST }],
  ],
  [
    "aws:TagKeys",
    [allow("iam:TagUser", when({ "ForAllValues:StringEquals": { "aws:TagKeys": ["Team"] } }))],
    ["TagUser", { ...user, Tags: TAGS }],
    ["TagUser", { ...user, Tags: [...TAGS, { Key: "Admin", Value: "yes" }] }],
  ],
  [
    "aws:ResourceTag",
    [allow("iam:GetUser", equals("aws:ResourceTag/Team", "core"))],
    ["GetUser", user],
    ["GetUser", { UserName: "nobody" }],
  ],
  [
    "iam:ResourceTag",
    [allow("iam:UpdateRole", equals("iam:ResourceTag/Team", "core"))],
    ["UpdateRole", { ...role, Description: "tagged" }],
    ["UpdateRole", { RoleName: "plain", Description: "untagged" }],
  ],
  [
    "iam:AWSServiceName",
    [allow("iam:CreateServiceLinkedRole", equals("iam:AWSServiceName", "ivs.amazonaws.com"))],
    ["CreateServiceLinkedRole", { AWSServiceName: "ivs.amazonaws.com" }],
    ["CreateServiceLinkedRole", { AWSServiceName: "batch.amazonaws.com" }],
  ],
  [
    "iam:PassRole beside the operation itself",
    [allow("iam:AddRoleToInstanceProfile"), passing("app")],
    ["AddRoleToInstanceProfile", { ...profile, ...role }],
    ["AddRoleToInstanceProfile", { ...profile, RoleName: "plain" }],
  ],
  [
    "the place where a user is moved to",
    [{ Effect: "Allow", Action: "iam:UpdateUser", Resource: arn("user/team/*") }],
    ["UpdateUser", { ...user, NewPath: "/team/a/" }],
    ["UpdateUser", { ...user, NewPath: "/" }],
  ],
];

function passing(roleName: string): object {
  const Condition = { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } };
  const Resource = arn(`role/team/${roleName}`);
  return { Effect: "Allow", Action: "iam:PassRole", Resource, Condition };
}

describe("permissions that depend on", () => {
  beforeAll(async () => {
    await iam.createRole({ RoleName: "plain", AssumeRolePolicyDocument: EC2_TRUST });
  });

  it.each(conditions)("%s", async (what, statements, allowed, refused) => {
    const name = what.replace(/[^A-Za-z]/g, "-").slice(0, 60);
    const holder = await makeUser(iam, name, statements);
    const failure = await failureOf(() => call(holder, ...refused));
    expect(failure).toMatchObject({ code: "AccessDenied" });
    await expect(call(holder, ...allowed)).resolves.toBeDefined();
  });
});
