import type { IAM, Tag } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, policyOf, trusting } from "./iam-api.ts";

const ACCOUNT = "000000000000";
const POLICY = policyOf([allow("s3:ListAllMyBuckets")]);
const CUSTOM = `arn:aws:iam::${ACCOUNT}:policy/custom`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/app`;
const MISSING = `arn:aws:iam::${ACCOUNT}:policy/missing`;
const SERVICE_ROLE_POLICY = "arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3";

const AWS_TAG = { Key: "AWS:Team", Value: "1" };

const WITHOUT_VALUE = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}` }));
const TOLD = WITHOUT_VALUE.slice(0, 10).map(
  (_, index) =>
    `Value at 'tags.${index + 1}.member.value' failed to satisfy constraint: Member must not be null`,
);

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  await iam.createUser({ UserName: "alice" });
  await iam.createUser({ UserName: "leaving" });
  await iam.createGroup({ GroupName: "crew" });
  await iam.addUserToGroup({ GroupName: "crew", UserName: "leaving" });
  await iam.createRole({ RoleName: "app", AssumeRolePolicyDocument: EC2_TRUST });
  await iam.createPolicy({ PolicyName: "custom", PolicyDocument: POLICY });
  await iam.attachRolePolicy({ RoleName: "app", PolicyArn: CUSTOM });
  await iam.createInstanceProfile({ InstanceProfileName: "box" });
  await iam.createRole({ RoleName: "boxed", AssumeRolePolicyDocument: EC2_TRUST });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: "box", RoleName: "boxed" });
});
afterAll(() => server.close());

type Row = [what: string, code: string, status: number, message: string, () => Promise<unknown>];

const rows: Row[] = [
  [
    "GetUser of nobody",
    "NoSuchEntity",
    404,
    "The user with name nobody cannot be found.",
    () => iam.getUser({ UserName: "nobody" }),
  ],
  [
    "GetRole of none",
    "NoSuchEntity",
    404,
    "The role with name None cannot be found.",
    () => iam.getRole({ RoleName: "None" }),
  ],
  [
    "GetGroup of none",
    "NoSuchEntity",
    404,
    "The group with name none cannot be found.",
    () => iam.getGroup({ GroupName: "none" }),
  ],
  [
    "CreateUser of a name that differs by case only",
    "EntityAlreadyExists",
    409,
    "User with name Alice already exists.",
    () => iam.createUser({ UserName: "Alice" }),
  ],
  [
    "CreateRole of a taken name",
    "EntityAlreadyExists",
    409,
    "Role with name app already exists.",
    () => iam.createRole({ RoleName: "app", AssumeRolePolicyDocument: EC2_TRUST }),
  ],
  [
    "CreatePolicy of a taken name",
    "EntityAlreadyExists",
    409,
    "A policy called custom already exists. Duplicate names are not allowed.",
    () => iam.createPolicy({ PolicyName: "custom", PolicyDocument: POLICY }),
  ],
  [
    "CreateRole below the reserved path",
    "InvalidInput",
    400,
    "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
    () =>
      iam.createRole({
        RoleName: "fake",
        Path: "/aws-service-role/ivs.amazonaws.com/",
        AssumeRolePolicyDocument: EC2_TRUST,
      }),
  ],
  [
    "CreateRole below the path of IAM Identity Center's roles",
    "InvalidInput",
    400,
    "Path prefix '/aws-reserved/' can only be used for AWS Reserved Roles",
    () =>
      iam.createRole({
        RoleName: "AWSReservedSSO_Admin_0123456789abcdef",
        Path: "/aws-reserved/sso.amazonaws.com/",
        AssumeRolePolicyDocument: EC2_TRUST,
      }),
  ],
  [
    "a status of an access key that isn't one",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
    () =>
      iam.updateAccessKey({
        UserName: "alice",
        AccessKeyId: "AKIAIOSFODNN7EXAMPLE",
        Status: "Broken" as "Active",
      }),
  ],
  [
    "an item of a list that is too short, named by its list",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]",
    () =>
      iam.createOpenIDConnectProvider({
        Url: "https://login.example.com",
        ThumbprintList: ["0".repeat(40), "short", "shorter"],
      }),
  ],
  [
    "an item of a list that isn't in an enumeration",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set]",
    () => iam.getAccountAuthorizationDetails({ Filter: ["Robot" as "User"] }),
  ],
  [
    "a trust policy that names another partition",
    "MalformedPolicyDocument",
    400,
    'Invalid principal in policy: "AWS":"arn:aws-cn:iam::111122223333:root"',
    () =>
      iam.createRole({
        RoleName: "fake",
        AssumeRolePolicyDocument: trusting({ AWS: "arn:aws-cn:iam::111122223333:root" }),
      }),
  ],
  [
    "a trust policy that names nobody who exists",
    "MalformedPolicyDocument",
    400,
    `Invalid principal in policy: "AWS":"arn:aws:iam::${ACCOUNT}:user/nobody"`,
    () =>
      iam.createRole({
        RoleName: "fake",
        AssumeRolePolicyDocument: trusting({ AWS: `arn:aws:iam::${ACCOUNT}:user/nobody` }),
      }),
  ],
  [
    "a trust policy that names a service of nobody",
    "MalformedPolicyDocument",
    400,
    'Invalid principal in policy: "SERVICE":"example.com"',
    () =>
      iam.createRole({
        RoleName: "fake",
        AssumeRolePolicyDocument: trusting({ Service: "example.com" }),
      }),
  ],
  [
    "a trust policy with a resource",
    "MalformedPolicyDocument",
    400,
    "Has prohibited field Resource",
    () =>
      iam.updateAssumeRolePolicy({
        RoleName: "app",
        PolicyDocument: policyOf([
          allow("sts:AssumeRole", { Principal: { Service: "ec2.amazonaws.com" } }),
        ]),
      }),
  ],
  [
    "a policy that isn't JSON",
    "MalformedPolicyDocument",
    400,
    "Syntax errors in policy.",
    () => iam.putRolePolicy({ RoleName: "app", PolicyName: "p", PolicyDocument: "{" }),
  ],
  [
    "an oversized trust policy",
    "LimitExceeded",
    409,
    "Cannot exceed quota for ACLSizePerRole: 2048",
    () =>
      iam.createRole({
        RoleName: "fat",
        AssumeRolePolicyDocument: policyOf([
          {
            Sid: "S".repeat(2048),
            Effect: "Allow",
            Principal: { Service: "ec2.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ]),
      }),
  ],
  [
    "inline policies of a user that are too large together",
    "LimitExceeded",
    409,
    "Maximum policy size of 2048 bytes exceeded for user alice",
    () =>
      iam.putUserPolicy({
        UserName: "alice",
        PolicyName: "fat",
        PolicyDocument: policyOf([allow("s3:GetObject", { Sid: "S".repeat(2048) })]),
      }),
  ],
  [
    "a managed policy that is too large",
    "LimitExceeded",
    409,
    "Cannot exceed quota for PolicySize: 6144",
    () =>
      iam.createPolicy({
        PolicyName: "fat",
        PolicyDocument: policyOf([allow("s3:GetObject", { Sid: "S".repeat(6144) })]),
      }),
  ],
  [
    "attaching what isn't an ARN",
    "ValidationError",
    400,
    "ARN nothing-like-an-arn-at-all is not valid.",
    () => iam.attachRolePolicy({ RoleName: "app", PolicyArn: "nothing-like-an-arn-at-all" }),
  ],
  [
    "detaching what isn't an ARN",
    "ValidationError",
    400,
    "ARN nothing-like-an-arn-at-all is not valid.",
    () => iam.detachRolePolicy({ RoleName: "app", PolicyArn: "nothing-like-an-arn-at-all" }),
  ],
  [
    "reading what isn't an ARN",
    "ValidationError",
    400,
    "Invalid ARN:  Could not be parsed!",
    () => iam.getPolicy({ PolicyArn: "nothing-like-an-arn-at-all" }),
  ],
  [
    "attaching a policy of another partition",
    "ValidationError",
    400,
    "Invalid ARN partition",
    () =>
      iam.attachUserPolicy({
        UserName: "alice",
        PolicyArn: "arn:aws-cn:iam::aws:policy/ReadOnlyAccess",
      }),
  ],
  [
    "attaching a policy that isn't there",
    "NoSuchEntity",
    404,
    `Policy ${MISSING} does not exist or is not attachable.`,
    () => iam.attachUserPolicy({ UserName: "alice", PolicyArn: MISSING }),
  ],
  [
    "attaching a service role policy to a role of one's own",
    "PolicyNotAttachable",
    400,
    "Cannot attach a Service Role Policy to a Customer Role.",
    () => iam.attachRolePolicy({ RoleName: "app", PolicyArn: SERVICE_ROLE_POLICY }),
  ],
  [
    "a service role policy as boundary",
    "PolicyNotAttachable",
    400,
    "Cannot use a Service Role Policy as a permissions boundary.",
    () =>
      iam.putUserPermissionsBoundary({
        UserName: "alice",
        PermissionsBoundary: SERVICE_ROLE_POLICY,
      }),
  ],
  [
    "a boundary that isn't there",
    "NoSuchEntity",
    404,
    `Scope ARN: ${MISSING} does not exist or is not attachable.`,
    () => iam.putRolePermissionsBoundary({ RoleName: "app", PermissionsBoundary: MISSING }),
  ],
  [
    "deleting a boundary that a user hasn't",
    "NoSuchEntity",
    404,
    "The user alice has no permissions boundary.",
    () => iam.deleteUserPermissionsBoundary({ UserName: "alice" }),
  ],
  [
    "deleting a boundary that a role hasn't",
    "NoSuchEntity",
    404,
    "The role app has no permissions boundary.",
    () => iam.deleteRolePermissionsBoundary({ RoleName: "app" }),
  ],
  [
    "detaching what isn't attached",
    "NoSuchEntity",
    404,
    `Policy ${CUSTOM} was not found.`,
    () => iam.detachUserPolicy({ UserName: "alice", PolicyArn: CUSTOM }),
  ],
  [
    "an inline policy that isn't there",
    "NoSuchEntity",
    404,
    "The role policy with name none cannot be found.",
    () => iam.getRolePolicy({ RoleName: "app", PolicyName: "none" }),
  ],
  [
    "a policy version that isn't there",
    "NoSuchEntity",
    404,
    `Policy ${CUSTOM} version v9 does not exist or is not attachable.`,
    () => iam.getPolicyVersion({ PolicyArn: CUSTOM, VersionId: "v9" }),
  ],
  [
    "an access key that isn't there",
    "NoSuchEntity",
    404,
    "The Access Key with id AKIAQAAAAAAAAAAAAAAA cannot be found.",
    () => iam.deleteAccessKey({ UserName: "alice", AccessKeyId: "AKIAQAAAAAAAAAAAAAAA" }),
  ],
  [
    "DeleteRole with a policy attached",
    "DeleteConflict",
    409,
    "Cannot delete entity, must detach all policies first.",
    () => iam.deleteRole({ RoleName: "app" }),
  ],
  [
    "DeleteRole with an instance profile",
    "DeleteConflict",
    409,
    "Cannot delete entity, must remove roles from instance profile first.",
    () => iam.deleteRole({ RoleName: "boxed" }),
  ],
  [
    "DeleteInstanceProfile with a role",
    "DeleteConflict",
    409,
    "Cannot delete entity, must remove roles from instance profile first.",
    () => iam.deleteInstanceProfile({ InstanceProfileName: "box" }),
  ],
  [
    "a second role in an instance profile",
    "LimitExceeded",
    409,
    "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    () => iam.addRoleToInstanceProfile({ InstanceProfileName: "box", RoleName: "app" }),
  ],
  [
    "DeleteUser in a group",
    "DeleteConflict",
    409,
    "Cannot delete entity, must remove users from group first.",
    () => iam.deleteUser({ UserName: "leaving" }),
  ],
  [
    "DeleteGroup with members",
    "DeleteConflict",
    409,
    "Cannot delete entity, must remove users from group first.",
    () => iam.deleteGroup({ GroupName: "crew" }),
  ],
  [
    "DeletePolicy that is attached",
    "DeleteConflict",
    409,
    "Cannot delete a policy attached to entities.",
    () => iam.deletePolicy({ PolicyArn: CUSTOM }),
  ],
  [
    "DeletePolicyVersion of the default",
    "DeleteConflict",
    409,
    "Cannot delete the default version of a policy.",
    () => iam.deletePolicyVersion({ PolicyArn: CUSTOM, VersionId: "v1" }),
  ],
  [
    "tag keys that are reserved for AWS",
    "InvalidInput",
    400,
    "Tag keys beginning with aws: are reserved for system use.",
    () => iam.tagUser({ UserName: "alice", Tags: [AWS_TAG, AWS_TAG] }),
  ],
  [
    "tagging with no tags",
    "InvalidInput",
    400,
    "Error occurred while validating input. ",
    () => iam.tagRole({ RoleName: "app", Tags: [] }),
  ],
  [
    "untagging nobody, of no keys",
    "NoSuchEntity",
    404,
    "The user with name nobody cannot be found.",
    () => iam.untagUser({ UserName: "nobody", TagKeys: [] }),
  ],
  [
    "more rules broken than are listed",
    "ValidationError",
    400,
    `10 validation errors detected: ${TOLD.join("; ")}`,
    () => iam.tagUser({ UserName: "alice", Tags: WITHOUT_VALUE as Tag[] }),
  ],
  [
    "tag keys that differ by case only",
    "InvalidInput",
    400,
    "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    () =>
      iam.tagUser({
        UserName: "alice",
        Tags: [
          { Key: "Team", Value: "1" },
          { Key: "team", Value: "2" },
        ],
      }),
  ],
  [
    "a role name that is too long",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64",
    () => iam.getRole({ RoleName: "r".repeat(65) }),
  ],
  [
    "MaxItems beyond the limit",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
    () => iam.listRoles({ MaxItems: 1001 }),
  ],
  [
    "a marker that nobody gave",
    "ValidationError",
    400,
    "Invalid Marker.",
    () => iam.listRoles({ Marker: "made up" }),
  ],
  [
    "a boundary that is no policy",
    "InvalidInput",
    400,
    `ARN ${ROLE} is not valid.`,
    () => iam.putRolePermissionsBoundary({ RoleName: "app", PermissionsBoundary: ROLE }),
  ],
  [
    "a new user's boundary that is no policy",
    "InvalidInput",
    400,
    `ARN ${ROLE} is not valid.`,
    () => iam.createUser({ UserName: "bound", PermissionsBoundary: ROLE }),
  ],
  [
    "attaching what is no policy",
    "InvalidInput",
    400,
    `ARN ${ROLE} is not valid.`,
    () => iam.attachRolePolicy({ RoleName: "app", PolicyArn: ROLE }),
  ],
  [
    "the entities of a policy that isn't there",
    "NoSuchEntity",
    404,
    `Policy ${MISSING} does not exist or is not attachable.`,
    () => iam.listEntitiesForPolicy({ PolicyArn: MISSING }),
  ],
  [
    "a version of a policy that isn't there",
    "NoSuchEntity",
    404,
    `Policy ${MISSING} version v1 does not exist or is not attachable.`,
    () => iam.getPolicyVersion({ PolicyArn: MISSING, VersionId: "v1" }),
  ],
  [
    "SetDefaultPolicyVersion of a policy that isn't there",
    "NoSuchEntity",
    404,
    `Policy ${MISSING} version v1 does not exist or is not attachable.`,
    () => iam.setDefaultPolicyVersion({ PolicyArn: MISSING, VersionId: "v1" }),
  ],
  [
    "the last use of an access key that isn't there",
    "AccessDenied",
    403,
    "User: arn:aws:iam::000000000000:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE",
    () => iam.getAccessKeyLastUsed({ AccessKeyId: "AKIAIOSFODNN7EXAMPLE" }),
  ],
  [
    "membership of nobody in nothing, by the user",
    "NoSuchEntity",
    404,
    "The user with name nobody cannot be found.",
    () => iam.removeUserFromGroup({ GroupName: "none", UserName: "nobody" }),
  ],
  [
    "RemoveRoleFromInstanceProfile of a role that isn't in it",
    "NoSuchEntity",
    404,
    "Role app in Instance Profile box cannot be found.",
    () => iam.removeRoleFromInstanceProfile({ InstanceProfileName: "box", RoleName: "app" }),
  ],
  [
    "a tag key to remove that is too long",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must not be null]",
    () => iam.untagRole({ RoleName: "app", TagKeys: ["k".repeat(129)] }),
  ],
  [
    "three members at once, in AWS's order",
    "ValidationError",
    400,
    "3 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]; Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]; Value at 'url' failed to satisfy constraint: Member must have length less than or equal to 255",
    () =>
      iam.createOpenIDConnectProvider({
        Url: "u".repeat(256),
        ThumbprintList: ["t".repeat(41)],
        ClientIDList: ["c".repeat(256)],
      }),
  ],
  [
    "a name with other characters",
    "ValidationError",
    400,
    "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    () => iam.getRole({ RoleName: "service-role/app" }),
  ],
  [
    "a name that is too long, whatever its characters",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64",
    () => iam.createUser({ UserName: "u/".repeat(40) }),
  ],
  [
    "a path without an end",
    "ValidationError",
    400,
    "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    () => iam.createPolicy({ PolicyName: "p", Path: "/team", PolicyDocument: POLICY }),
  ],
  [
    "a service name with other characters",
    "ValidationError",
    400,
    "1 validation error detected: Value at 'aWSServiceName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    () => iam.createServiceLinkedRole({ AWSServiceName: "ivs/amazonaws.com" }),
  ],
  [
    "a change of AWS's own policy",
    "AccessDenied",
    403,
    "User: arn:aws:iam::000000000000:root is not authorized to perform: iam:DeletePolicy on resource: policy arn:aws:iam::aws:policy/AdministratorAccess",
    () => iam.deletePolicy({ PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
  ],
];

describe("IAM refuses, in AWS's words", () => {
  it.each(rows)("%s", async (_what, code, status, message, call) => {
    expect(await failureOf(call)).toEqual({ code, status, message });
  });

  it("more than ten policies on a role, six versions of a policy, three keys of a user", async () => {
    await iam.createRole({ RoleName: "full", AssumeRolePolicyDocument: EC2_TRUST });
    const { Policies = [] } = await iam.listPolicies({ Scope: "AWS", MaxItems: 1000 });
    const arns = Policies.filter(({ Path }) => Path === "/").map(({ Arn }) => Arn);
    const attach = (index: number) =>
      iam.attachRolePolicy({ RoleName: "full", PolicyArn: arns[index] });
    for (let index = 0; index < 10; index++) await attach(index);
    await attach(9);
    expect(await failureOf(() => attach(10))).toMatchObject({
      code: "LimitExceeded",
      message: "Cannot exceed quota for PoliciesPerRole: 10",
    });

    const { Policy } = await iam.createPolicy({ PolicyName: "many", PolicyDocument: POLICY });
    const another = () =>
      iam.createPolicyVersion({ PolicyArn: Policy?.Arn, PolicyDocument: POLICY });
    for (let version = 2; version <= 5; version++) await another();
    expect(await failureOf(another)).toMatchObject({
      code: "LimitExceeded",
      message:
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    });
    expect(await failureOf(() => iam.deletePolicy({ PolicyArn: Policy?.Arn }))).toMatchObject({
      code: "DeleteConflict",
    });

    await iam.createUser({ UserName: "keys" });
    await iam.createAccessKey({ UserName: "keys" });
    await iam.createAccessKey({ UserName: "keys" });
    expect(await failureOf(() => iam.createAccessKey({ UserName: "keys" }))).toMatchObject({
      code: "LimitExceeded",
      message: "Cannot exceed quota for AccessKeysPerUser: 2",
    });
  });
});
