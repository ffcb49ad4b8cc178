import {
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  CreateChannelCommand,
  CreateRecordingConfigurationCommand,
  DeleteRecordingConfigurationCommand,
  GetRecordingConfigurationCommand,
  ListRecordingConfigurationsCommand,
  UpdateChannelCommand,
} from "@aws-sdk/client-ivs";
import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUser, type Statements } from "../../support/principals.ts";
import { endOfDeletion } from "../../support/role-deletion.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { makeBucket, makeRecordingConfiguration, settled } from "./recording-bucket.ts";

const RoleName = "AWSServiceRoleForIVSRecordToS3";
const ROLE_ARN = `arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/${RoleName}`;
const ROLE_ACTIONS = ["iam:CreateServiceLinkedRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"];
const GUIDE: Statements = [
  { Effect: "Allow", Action: "ivs:*", Resource: "*" },
  { Effect: "Allow", Action: ["s3:GetBucketLocation", "s3:ListBucket"], Resource: "*" },
];

/** The root user of another account. */
const NEIGHBOUR = { accessKeyId: "neighbour", secretAccessKey: "neighbours-secret" };

let server: TestServer;
let root: Clients;
beforeEach(async () => {
  const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = NEIGHBOUR;
  const accounts = [{ id: "222222222222", rootAccessKeyId, rootSecretAccessKey }];
  server = await startTestServer({ accounts });
  root = server.clients();
});
afterEach(() => server.close());

const create = (clients: Clients, bucketName: string) =>
  clients.ivs.send(
    new CreateRecordingConfigurationCommand({ destinationConfiguration: { s3: { bucketName } } }),
  );
const remove = (clients: Clients, arn: string) =>
  clients.ivs.send(new DeleteRecordingConfigurationCommand({ arn }));
const count = async (clients: Clients) =>
  (await clients.ivs.send(new ListRecordingConfigurationsCommand({}))).recordingConfigurations
    ?.length;
const inlinePolicies = async () =>
  (await root.iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames;

describe("recording configurations", () => {
  it("are CREATING at first, then ACTIVE, and show their defaults", async () => {
    const bucket = await makeBucket(root);
    const created = await create(root, bucket);
    expect(created.recordingConfiguration).toMatchObject({ state: "CREATING", name: "", tags: {} });
    const arn = created.recordingConfiguration?.arn ?? "";
    expect(arn).toMatch(
      /^arn:aws:ivs:us-east-1:000000000000:recording-configuration\/[A-Za-z0-9]{12}$/,
    );
    expect(await settled(root, arn)).toEqual({
      arn,
      name: "",
      state: "ACTIVE",
      tags: {},
      destinationConfiguration: { s3: { bucketName: bucket } },
      recordingReconnectWindowSeconds: 0,
      thumbnailConfiguration: {
        recordingMode: "INTERVAL",
        targetIntervalSeconds: 60,
        storage: ["SEQUENTIAL"],
      },
      renditionConfiguration: { renditionSelection: "ALL", renditions: [] },
    });
  });

  it("keep renditions that only CUSTOM would record", async () => {
    const renditionConfiguration = {
      renditionSelection: "NONE" as const,
      renditions: ["HD" as const],
    };
    const made = await makeRecordingConfiguration(root, await makeBucket(root), {
      renditionConfiguration,
    });
    expect(made.renditionConfiguration).toEqual(renditionConfiguration);
  });

  it("make the service-linked role with a grant per bucket, removed with its last one", async () => {
    const [one, two] = [await makeBucket(root), await makeBucket(root)];
    const first = await makeRecordingConfiguration(root, one);
    const again = await makeRecordingConfiguration(root, one);
    const other = await makeRecordingConfiguration(root, two);
    const { Role } = await root.iam.send(new GetRoleCommand({ RoleName }));
    expect(Role?.Arn).toBe(ROLE_ARN);
    const attached = await root.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(attached.AttachedPolicies?.map((policy) => policy.PolicyName)).toEqual([
      "IVSRecordToS3",
    ]);
    const names = [`IVSRecordToS3-${one}`, `IVSRecordToS3-${two}`];
    expect(await inlinePolicies()).toEqual(names.toSorted());
    const policy = await root.iam.send(
      new GetRolePolicyCommand({ RoleName, PolicyName: `IVSRecordToS3-${one}` }),
    );
    expect(JSON.parse(decodeURIComponent(policy.PolicyDocument ?? "")).Statement).toEqual([
      { Effect: "Allow", Action: "s3:PutObject", Resource: `arn:aws:s3:::${one}/ivs/*` },
    ]);
    await remove(root, first.arn);
    expect(await inlinePolicies()).toHaveLength(2);
    await remove(root, again.arn);
    expect(await inlinePolicies()).toEqual([`IVSRecordToS3-${two}`]);
    await remove(root, other.arn);
    expect(await inlinePolicies()).toEqual([]);
  });

  it("need the caller's permission on the role while it is missing, and leave nothing without", async () => {
    const bucket = await makeBucket(root);
    const allowed = await createUser(root.iam, "allowed", [
      ...GUIDE,
      { Effect: "Allow", Action: ROLE_ACTIONS, Resource: `${ROLE_ARN}*` },
    ]);
    for (const missing of ROLE_ACTIONS) {
      const rest = ROLE_ACTIONS.filter((action) => action !== missing);
      const user = `without-${missing.slice(4)}`;
      const key = await createUser(root.iam, user, [
        ...GUIDE,
        { Effect: "Allow", Action: rest, Resource: `${ROLE_ARN}*` },
      ]);
      await expect(create(server.clients(key), bucket)).rejects.toMatchObject({
        name: "AccessDeniedException",
        $metadata: { httpStatusCode: 403 },
        message: expect.stringMatching(
          `^User: arn:aws:iam::000000000000:user/${user} is not authorized to perform: ${missing} ` +
            `on resource: .*${RoleName} because no identity-based policy allows`,
        ),
      });
      await expect(root.iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
        name: "NoSuchEntityException",
      });
    }
    expect(await count(root)).toBe(0);
    await create(server.clients(allowed), bucket);
    expect(await count(root)).toBe(1);
    // The bucket has its grant now: callers who may only use IVS and see the bucket can continue.
    const key = await createUser(root.iam, "later", GUIDE);
    await create(server.clients(key), bucket);
    expect(await count(root)).toBe(2);
  });

  it("need the caller's permission to see the bucket", async () => {
    const bucket = await makeBucket(root);
    for (const action of ["s3:GetBucketLocation", "s3:ListBucket"]) {
      const key = await createUser(root.iam, `only-${action.slice(3)}`, [
        { Effect: "Allow", Action: ["ivs:*", "iam:*", action], Resource: "*" },
      ]);
      await expect(create(server.clients(key), bucket)).rejects.toMatchObject({
        name: "AccessDeniedException",
      });
    }
  });

  it("end CREATE_FAILED in us-east-1 and are refused elsewhere when the bucket can't be used", async () => {
    const ireland = server.clients(undefined, "eu-west-1");
    const irish = await makeBucket(ireland, "eu-west-1");
    const american = await makeBucket(root);
    for (const bucket of [irish, "no-such-bucket"]) {
      const { recordingConfiguration } = await create(root, bucket);
      expect(recordingConfiguration?.state).toBe("CREATING");
      const arn = recordingConfiguration?.arn ?? "";
      expect((await settled(root, arn)).state).toBe("CREATE_FAILED");
    }
    expect(await inlinePolicies()).toEqual([]);
    for (const bucket of [american, "no-such-bucket"])
      await expect(create(ireland, bucket)).rejects.toMatchObject({
        name: "ValidationException",
        $metadata: { httpStatusCode: 400 },
      });
    expect((await makeRecordingConfiguration(ireland, irish)).state).toBe("ACTIVE");
  });

  it("take no bucket of another account, whether or not it may be seen", async () => {
    const neighbour = server.clients(NEIGHBOUR, "eu-west-1");
    const ireland = server.clients(undefined, "eu-west-1");
    const bucket = await makeBucket(neighbour, "eu-west-1");
    await expect(create(ireland, bucket)).rejects.toMatchObject({ name: "AccessDeniedException" });
    const statement = {
      Effect: "Allow",
      Principal: { AWS: "000000000000" },
      Action: ["s3:GetBucketLocation", "s3:ListBucket"],
      Resource: `arn:aws:s3:::${bucket}`,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await neighbour.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    await expect(create(ireland, bucket)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("not owned by account 000000000000"),
    });
  });

  it("can't be deleted while a channel uses them", async () => {
    const { arn } = await makeRecordingConfiguration(root, await makeBucket(root));
    const { channel } = await root.ivs.send(
      new CreateChannelCommand({ recordingConfigurationArn: arn }),
    );
    await expect(remove(root, arn)).rejects.toMatchObject({
      name: "ConflictException",
      $metadata: { httpStatusCode: 409 },
    });
    await root.ivs.send(
      new UpdateChannelCommand({ arn: channel?.arn, recordingConfigurationArn: "" }),
    );
    await remove(root, arn);
    await expect(
      root.ivs.send(new GetRecordingConfigurationCommand({ arn })),
    ).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `Resource: ${arn} not found`,
      exceptionMessage: `Resource: ${arn} not found`,
      xFrameOptions: "DENY",
    });
  });

  it("keep the role from being deleted, by Region, until the last is gone", async () => {
    const ireland = server.clients(undefined, "eu-west-1");
    const one = await makeRecordingConfiguration(root, await makeBucket(root));
    const two = await makeRecordingConfiguration(ireland, await makeBucket(ireland, "eu-west-1"));
    const refused = await deleteRole();
    expect(refused.Status).toBe("FAILED");
    expect(refused.Reason?.RoleUsageList).toEqual([
      { Region: "eu-west-1", Resources: [two.arn] },
      { Region: "us-east-1", Resources: [one.arn] },
    ]);
    await remove(root, one.arn);
    await remove(ireland, two.arn);
    expect((await deleteRole()).Status).toBe("SUCCEEDED");
    await makeRecordingConfiguration(root, await makeBucket(root));
    expect((await root.iam.send(new GetRoleCommand({ RoleName }))).Role?.Arn).toBe(ROLE_ARN);
  });

  it("stop at the quota with 402", async () => {
    const bucket = await makeBucket(root);
    for (let made = 0; made < 20; made++) await create(root, bucket);
    await expect(create(root, bucket)).rejects.toMatchObject({
      name: "ServiceQuotaExceededException",
      $metadata: { httpStatusCode: 402 },
    });
  });
});

async function deleteRole() {
  const { DeletionTaskId } = await root.iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  return endOfDeletion(root.iam, DeletionTaskId);
}
