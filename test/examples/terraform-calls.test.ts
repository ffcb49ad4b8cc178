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
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
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
  await vi.waitFor(async () => {
    const got = await ivs.send(new GetRecordingConfigurationCommand(recording));
    expect(got.recordingConfiguration?.state).toBe("ACTIVE");
  });
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
  await vi.waitFor(async () => {
    const task = new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId });
    expect((await iam.send(task)).Status).toBe("SUCCEEDED");
  });
  await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
});
