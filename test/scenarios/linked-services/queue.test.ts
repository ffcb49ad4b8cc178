import {
  AttachRolePolicyCommand,
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import { ROOT } from "../../support/test-server.ts";
import { type QueueWorld, startQueueWorld } from "./queue-process.ts";

/* The example service, as a process of its own, against a server as it is installed. */

const PRINCIPAL = "queue.internal.example";
const RoleName = "AWSServiceRoleForInternalQueue";
const ROLE_ARN = `arn:aws:iam::000000000000:role/aws-service-role/${PRINCIPAL}/${RoleName}`;
const QUEUE_ARN = "arn:aws:queue:us-east-1:000000000000:queue/orders";

let world: QueueWorld;
beforeAll(async () => {
  world = await startQueueWorld();
  await world.rolecast.root.s3.send(new CreateBucketCommand({ Bucket: "messages" }));
});
afterAll(() => world.close());

async function deleteRole() {
  const { iam } = world.rolecast.root;
  const { DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  const status = () => iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }));
  await expect
    .poll(async () => (await status()).Status, { interval: 20 })
    .toMatch(/SUCCEEDED|FAILED/);
  return status();
}

async function report(): Promise<unknown> {
  const env = { AWS_ENDPOINT_URL: world.rolecast.endpoint };
  const { out } = await rolecast(["iam", "service-linked-roles", "--json"], { env });
  return JSON.parse(out);
}

test("a service of one's own has, uses and gives up its role as AWS's services do", async () => {
  const { iam, s3, sts } = world.rolecast.root;
  const create = (key = ROOT) => world.ask("PUT", "/queues/orders?bucket=messages", key);

  // Its caller's permissions decide.
  const stranger = await createUser(iam, "stranger", [allow("sqs:*")]);
  expect(await create(stranger)).toMatchObject({
    status: 403,
    body: {
      message: expect.stringContaining(
        `User: ${stranger.arn} is not authorized to perform: iam:CreateServiceLinkedRole on resource: ${ROLE_ARN} because no identity-based policy allows the iam:CreateServiceLinkedRole action`,
      ),
    },
  });
  expect(await create({ ...stranger, secretAccessKey: "wrong".repeat(8) })).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining("signature") },
  });
  const maker = await createUser(iam, "maker", [
    {
      ...allow("iam:CreateServiceLinkedRole", ROLE_ARN),
      Condition: {
        StringEquals: { "iam:AWSServiceName": PRINCIPAL },
        "ForAnyValue:StringEquals": { "aws:CalledVia": PRINCIPAL },
      },
    },
  ]);
  expect(await create(maker)).toEqual({ status: 200, body: { arn: QUEUE_ARN } });
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Role).toMatchObject({
    Arn: ROLE_ARN,
    Description: "Lets the internal queue keep messages in buckets of this account.",
  });

  // Assumed with the service's key alone, and used.
  await expect(
    sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: "me" })),
  ).rejects.toMatchObject({ name: "AccessDenied" });
  const sent = await world.ask("POST", "/queues/orders/messages", maker, "hello");
  expect(sent).toMatchObject({ status: 200 });
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: "messages" }));
  expect(Contents?.map(({ Key }) => Key)).toEqual([sent.body.key]);

  // Protected from everybody.
  const PolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  await expect(
    iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
  ).rejects.toMatchObject({ name: "UnmodifiableEntityException" });

  // In use: not deleted, and reported.
  const usage = [{ Region: "us-east-1", Resources: [QUEUE_ARN] }];
  expect(await deleteRole()).toMatchObject({ Status: "FAILED", Reason: { RoleUsageList: usage } });
  expect(await report()).toMatchObject([
    {
      Arn: ROLE_ARN,
      AWSServiceName: PRINCIPAL,
      CreatedBy: maker.arn,
      CreatedVia: PRINCIPAL,
      LastUsedRegion: "us-east-1",
      RoleUsageList: usage,
      CanBeDeleted: false,
    },
  ]);

  // It can't be asked while it is down, so the role stays.
  await world.stopQueue();
  expect(await deleteRole()).toMatchObject({
    Status: "FAILED",
    Reason: { Reason: expect.stringContaining("ECONNREFUSED"), RoleUsageList: [] },
  });
  await world.startQueue();

  // Its queues went with the process: unused, deleted, made anew.
  expect(await report()).toMatchObject([{ RoleUsageList: [], CanBeDeleted: true }]);
  expect(await deleteRole()).toMatchObject({ Status: "SUCCEEDED" });
  expect(await report()).toEqual([]);
  expect(await create(maker)).toMatchObject({ status: 200 });
  const { Role: again } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(again?.RoleId).not.toBe(Role?.RoleId);
});
