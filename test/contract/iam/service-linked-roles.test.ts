import {
  AddRoleToInstanceProfileCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteServiceLinkedRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from "@aws-sdk/client-iam";
import {
  CreateRecordingConfigurationCommand,
  DeleteRecordingConfigurationCommand,
} from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createRole, createUser, policyOf } from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
const IVS = "ivs.amazonaws.com";
const RoleName = "AWSServiceRoleForIVSRecordToS3";
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/${IVS}/${RoleName}`;
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const SERVICE_POLICY = "arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3";

let server: TestServer;
let root: Clients;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  await root.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: IVS }));
});
afterAll(() => server.close());

async function deleteRole(iam: IAMClient, name = RoleName) {
  const input = { RoleName: name };
  const { DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand(input));
  const status = () => iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }));
  await expect
    .poll(async () => (await status()).Status, { interval: 10 })
    .toMatch(/^(SUCCEEDED|FAILED)$/);
  return status();
}

describe("an existing service-linked role", () => {
  const trust = policyOf([
    { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" },
  ]);
  const inline = { RoleName, PolicyName: "mine", PolicyDocument: policyOf([allow("s3:*")]) };
  const profile = { RoleName, InstanceProfileName: "profile" };
  const refused: readonly [string, (iam: IAMClient) => Promise<unknown>][] = [
    ["DeleteRole", (iam) => iam.send(new DeleteRoleCommand({ RoleName }))],
    [
      "UpdateAssumeRolePolicy",
      (iam) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust })),
    ],
    ["PutRolePolicy", (iam) => iam.send(new PutRolePolicyCommand(inline))],
    ["DeleteRolePolicy", (iam) => iam.send(new DeleteRolePolicyCommand(inline))],
    [
      "AttachRolePolicy",
      (iam) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: READ_ONLY })),
    ],
    [
      "DetachRolePolicy",
      (iam) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: SERVICE_POLICY })),
    ],
    [
      "PutRolePermissionsBoundary",
      (iam) =>
        iam.send(
          new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: READ_ONLY }),
        ),
    ],
    [
      "DeleteRolePermissionsBoundary",
      (iam) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
    ],
    ["AddRoleToInstanceProfile", (iam) => iam.send(new AddRoleToInstanceProfileCommand(profile))],
    [
      "RemoveRoleFromInstanceProfile",
      (iam) => iam.send(new RemoveRoleFromInstanceProfileCommand(profile)),
    ],
    [
      "UpdateRole(MaxSessionDuration)",
      (iam) => iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 7200 })),
    ],
  ];

  test.each(refused)("is protected from %s, the root user's too", async (name, change) => {
    await root.iam
      .send(new CreateInstanceProfileCommand({ InstanceProfileName: "profile" }))
      .catch((error: Error) => expect(error.name).toBe("EntityAlreadyExistsException"));
    await expect(change(root.iam)).rejects.toMatchObject({
      name: "UnmodifiableEntityException",
      $metadata: { httpStatusCode: 400 },
      message: name.startsWith("UpdateRole")
        ? `${RoleName} is an AWS service linked role, max session duration cannot be changed.`
        : `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`,
    });
  });

  test("may be described and tagged, and read like any role", async () => {
    const { iam } = root;
    await iam.send(new UpdateRoleCommand({ RoleName, Description: "first" }));
    const update = new UpdateRoleDescriptionCommand({ RoleName, Description: "second" });
    expect((await iam.send(update)).Role).toMatchObject({ Description: "second" });
    const Tags = [{ Key: "team", Value: "video" }];
    await iam.send(new TagRoleCommand({ RoleName, Tags }));
    expect(await iam.send(new ListRoleTagsCommand({ RoleName }))).toMatchObject({ Tags });
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ["team"] }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    expect(Role).toMatchObject({ Arn: ROLE_ARN, Description: "second", RoleLastUsed: {} });
    expect(Role).not.toHaveProperty("Tags");
    expect(await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).toMatchObject({
      AttachedPolicies: [{ PolicyArn: SERVICE_POLICY, PolicyName: "IVSRecordToS3" }],
    });
    expect(await iam.send(new ListRolePoliciesCommand({ RoleName }))).toMatchObject({
      PolicyNames: [],
    });
    expect(await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).toMatchObject({
      InstanceProfiles: [],
    });
    const PathPrefix = "/aws-service-role/";
    const { Roles } = await iam.send(new ListRolesCommand({ PathPrefix }));
    expect(Roles?.map((role) => role.RoleName)).toEqual([RoleName]);
    expect(Roles?.[0]).not.toHaveProperty("RoleLastUsed");
  });

  test("can't be made through CreateRole, nor its policy be attached elsewhere", async () => {
    const create = new CreateRoleCommand({
      RoleName: "fake",
      Path: "/aws-service-role/ivs.amazonaws.com/",
      AssumeRolePolicyDocument: trust,
    });
    await expect(root.iam.send(create)).rejects.toMatchObject({
      name: "InvalidInputException",
      message: "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
    });
    await createRole(root.iam, "ordinary", [
      { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" },
    ]);
    const input = { RoleName: "ordinary", PolicyArn: SERVICE_POLICY };
    await expect(root.iam.send(new AttachRolePolicyCommand(input))).rejects.toMatchObject({
      name: "PolicyNotAttachableException",
      message: "Cannot attach a Service Role Policy to a Customer Role.",
    });
    const UserName = "somebody";
    const GroupName = "some";
    const PermissionsBoundary = SERVICE_POLICY;
    await createUser(root.iam, UserName);
    await root.iam.send(new CreateGroupCommand({ GroupName }));
    const attempts = [
      root.iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: SERVICE_POLICY })),
      root.iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: SERVICE_POLICY })),
      root.iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary })),
    ];
    for (const { status, ...end } of await Promise.allSettled(attempts))
      expect([status, end]).toMatchObject([
        "rejected",
        { reason: { name: "PolicyNotAttachableException" } },
      ]);
  });

  test("is forgotten by a reset, after which everything works again", async () => {
    const other = await startTestServer();
    const { iam } = other.clients();
    const create = () => iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: IVS }));
    await create();
    await other.server.reset();
    await create();
    expect(await deleteRole(iam)).toMatchObject({ Status: "SUCCEEDED" });
    await other.close();
  });
});

describe("who may create and delete a service-linked role", () => {
  test("is decided on the ARN that the role will have, and on iam:AWSServiceName", async () => {
    const only = { StringEquals: { "iam:AWSServiceName": "ssm.amazonaws.com" } };
    const maker = await createUser(root.iam, "maker", [
      { ...allow("iam:CreateServiceLinkedRole"), Condition: only },
    ]);
    const { iam } = server.clients(maker);
    const create = (AWSServiceName: string, CustomSuffix?: string) =>
      iam.send(
        new CreateServiceLinkedRoleCommand({
          AWSServiceName,
          ...(CustomSuffix === undefined ? {} : { CustomSuffix }),
        }),
      );
    await create("ssm.amazonaws.com");
    // Refused before the template or the suffix is looked at.
    const arn = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x`;
    await expect(create("autoscaling.amazonaws.com", "x")).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
      message: expect.stringContaining(
        `User: ${maker.arn} is not authorized to perform: iam:CreateServiceLinkedRole on resource: ${arn} because no identity-based policy allows the iam:CreateServiceLinkedRole action`,
      ),
    });
    await expect(create("nosuch.amazonaws.com")).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(/is not authorized to perform/),
    });
    const own = { RoleName: "AWSServiceRoleForAmazonSSM" };
    await expect(iam.send(new DeleteServiceLinkedRoleCommand(own))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("iam:DeleteServiceLinkedRole"),
    });
    const remover = await createUser(root.iam, "remover", [
      allow(
        ["iam:DeleteServiceLinkedRole", "iam:GetServiceLinkedRoleDeletionStatus"],
        `arn:aws:iam::${ACCOUNT}:role/aws-service-role/ssm.amazonaws.com/*`,
      ),
    ]);
    const deleting = server.clients(remover).iam;
    expect(await deleteRole(deleting, own.RoleName)).toMatchObject({ Status: "SUCCEEDED" });
    // A caller who may delete the role learns that it is gone.
    await expect(deleting.send(new DeleteServiceLinkedRoleCommand(own))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
  });

  test("bad parameters are refused before anything is decided", async () => {
    const nobody = await createUser(root.iam, "nobody");
    const input = { AWSServiceName: "no spaces.amazonaws.com", CustomSuffix: "x".repeat(65) };
    await expect(
      server.clients(nobody).iam.send(new CreateServiceLinkedRoleCommand(input)),
    ).rejects.toMatchObject({
      name: "ValidationError",
      $metadata: { httpStatusCode: 400 },
      message: expect.stringMatching(/^2 validation errors detected: /),
    });
  });
});

describe("a role that Amazon IVS uses", () => {
  const regions = ["us-east-1", "eu-west-1"] as const;

  test("isn't deleted while any Region has a recording configuration, and comes again", async () => {
    const { Role: before } = await root.iam.send(new GetRoleCommand({ RoleName }));
    const arns: string[] = [];
    for (const region of regions) arns.push(await createConfiguration(region));
    expect(await deleteRole(root.iam)).toMatchObject({
      Status: "FAILED",
      Reason: {
        Reason: expect.stringContaining(RoleName),
        RoleUsageList: [
          { Region: "eu-west-1", Resources: [arns[1]] },
          { Region: "us-east-1", Resources: [arns[0]] },
        ],
      },
    });
    for (const [index, region] of regions.entries())
      await server
        .clients(undefined, region)
        .ivs.send(new DeleteRecordingConfigurationCommand({ arn: arns[index] }));
    const done = await deleteRole(root.iam);
    expect(done.Status).toBe("SUCCEEDED");
    expect(done).not.toHaveProperty("Reason");
    await expect(root.iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
    await createConfiguration("us-east-1");
    const { Role: after } = await root.iam.send(new GetRoleCommand({ RoleName }));
    expect(after?.Arn).toBe(before?.Arn);
    expect(after?.RoleId).not.toBe(before?.RoleId);
  });

  async function createConfiguration(region: string): Promise<string> {
    const { ivs, s3 } = server.clients(undefined, region);
    const bucketName = `recordings-${region}-${crypto.randomUUID().slice(0, 8)}`;
    const location =
      region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } };
    await s3.send(new CreateBucketCommand({ Bucket: bucketName, ...location }));
    const { recordingConfiguration } = await ivs.send(
      new CreateRecordingConfigurationCommand({
        destinationConfiguration: { s3: { bucketName } },
      }),
    );
    return recordingConfiguration?.arn ?? "";
  }
});
