import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
} from "@aws-sdk/client-iam";
import {
  CreateChannelCommand,
  CreateRecordingConfigurationCommand,
  DeleteChannelCommand,
  DeleteRecordingConfigurationCommand,
  GetChannelCommand,
  GetRecordingConfigurationCommand,
  ListTagsForResourceCommand,
  UpdateChannelCommand,
} from "@aws-sdk/client-ivs";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
} from "@aws-sdk/client-s3";
import {
  ListTagsForResourceCommand as ListBucketTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-s3-control";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { s3ControlClient } from "../support/s3-control.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/*
 * What Terraform's AWS provider calls for the resources of examples/terraform/main.tf, in its
 * order: configure, apply (create, wait, read), change, destroy (delete, wait until it is gone).
 */
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test("Terraform's calls for a bucket with tags", async () => {
  const { s3 } = server.clients();
  const control = s3ControlClient(server.endpoint);
  const Bucket = "tagged-shows";
  const resource = { AccountId: "000000000000", ResourceArn: `arn:aws:s3:::${Bucket}` };
  const Tags = [{ Key: "show", Value: "evening" }];
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { Tags } }));
  const read = async () => {
    await s3.send(new HeadBucketCommand({ Bucket }));
    const absent = /^(?:NoSuch|ReplicationConfigurationNotFound|ObjectLockConfigurationNotFound)/;
    for (const command of [
      new GetBucketPolicyCommand({ Bucket }),
      new GetBucketCorsCommand({ Bucket }),
      new GetBucketWebsiteCommand({ Bucket }),
      new GetBucketLifecycleConfigurationCommand({ Bucket }),
      new GetBucketReplicationCommand({ Bucket }),
      new GetObjectLockConfigurationCommand({ Bucket }),
    ])
      await expect(s3.send(command as GetBucketPolicyCommand)).rejects.toMatchObject({
        name: expect.stringMatching(absent),
      });
    await s3.send(new GetBucketAclCommand({ Bucket }));
    await s3.send(new GetBucketVersioningCommand({ Bucket }));
    await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }));
    await s3.send(new GetBucketRequestPaymentCommand({ Bucket }));
    await s3.send(new GetBucketLoggingCommand({ Bucket }));
    await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    return (await control.send(new ListBucketTagsCommand(resource))).Tags;
  };
  expect(await read()).toEqual(Tags);
  await control.send(new UntagResourceCommand({ ...resource, TagKeys: ["show"] }));
  const changed = [{ Key: "stage", Value: "test" }];
  await control.send(new TagResourceCommand({ ...resource, Tags: changed }));
  expect(await read()).toEqual(changed);
  await s3.send(new DeleteBucketCommand({ Bucket }));
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: "NotFound",
  });
});

test("Terraform's calls for the role, a recording configuration and a channel", async () => {
  const { iam, ivs, s3, sts } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "shows" }));
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe("000000000000");

  const { Role } = await iam.send(
    new CreateServiceLinkedRoleCommand({ AWSServiceName: "ivs.amazonaws.com" }),
  );
  const RoleName = Role?.RoleName;
  // The provider's id is the ARN, from which it takes service and name again.
  expect(Role?.Arn).toMatch(/:role\/aws-service-role\/ivs\.amazonaws\.com\/AWSServiceRoleForIVS/);
  expect((await iam.send(new GetRoleCommand({ RoleName }))).Role).toMatchObject({
    Path: "/aws-service-role/ivs.amazonaws.com/",
  });

  const { recordingConfiguration } = await ivs.send(
    new CreateRecordingConfigurationCommand({
      name: "shows",
      destinationConfiguration: { s3: { bucketName: "shows" } },
      tags: {},
    }),
  );
  const recording = { arn: recordingConfiguration?.arn };
  const got = () => ivs.send(new GetRecordingConfigurationCommand(recording));
  await expect.poll(async () => (await got()).recordingConfiguration?.state).toBe("ACTIVE");
  const created = await ivs.send(
    new CreateChannelCommand({
      name: "evening",
      type: "BASIC",
      recordingConfigurationArn: recording.arn,
      tags: { show: "evening" },
    }),
  );
  const channel = { arn: created.channel?.arn };
  const read = async () => (await ivs.send(new GetChannelCommand(channel))).channel;
  expect(await read()).toMatchObject({
    name: "evening",
    authorized: false,
    latencyMode: "LOW",
    recordingConfigurationArn: recording.arn,
  });
  const tags = await ivs.send(new ListTagsForResourceCommand({ resourceArn: channel.arn }));
  expect(tags.tags).toEqual({ show: "evening" });
  await ivs.send(new UpdateChannelCommand({ ...channel, latencyMode: "NORMAL" }));
  expect(await read()).toMatchObject({ latencyMode: "NORMAL" });

  await ivs.send(new DeleteChannelCommand(channel));
  await expect(read()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await ivs.send(new DeleteRecordingConfigurationCommand(recording));
  await expect(ivs.send(new GetRecordingConfigurationCommand(recording))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  const { DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  const task = new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId });
  await expect.poll(async () => (await iam.send(task)).Status).toBe("SUCCEEDED");
  await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
});
