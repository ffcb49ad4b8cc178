import assert from "node:assert";
import { after, afterEach, before, test } from "node:test";
import { CreateChannelCommand, IvsClient, ListChannelsCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { RolecastContainer } from "rolecast/testcontainers";

let container;

before(async () => {
  container = await new RolecastContainer().start();
});
afterEach(() => container.reset());
after(() => container?.stop());

test("a channel is played where the container can be reached", async () => {
  const ivs = new IvsClient(container.clientOptions);
  const { channel } = await ivs.send(new CreateChannelCommand({ name: "evening" }));
  assert.ok(channel.playbackUrl.startsWith(`${container.getConnectionUri()}/api/video/v1/`));
  const { channels } = await ivs.send(new ListChannelsCommand({}));
  assert.deepEqual(
    channels.map(({ name }) => name),
    ["evening"],
  );
});

test("the next test finds nothing of it", async () => {
  const ivs = new IvsClient(container.clientOptions);
  assert.deepEqual((await ivs.send(new ListChannelsCommand({}))).channels, []);
});

// As it would be written for LocalStack's module.
test("S3 answers", async () => {
  const s3 = new S3Client({
    endpoint: container.getConnectionUri(),
    region: container.getRegion(),
    credentials: {
      accessKeyId: container.getAccessKey(),
      secretAccessKey: container.getSecretKey(),
    },
    forcePathStyle: true,
  });
  await s3.send(new CreateBucketCommand({ Bucket: "testcontainers" }));
  const head = await s3.send(new HeadBucketCommand({ Bucket: "testcontainers" }));
  assert.equal(head.$metadata.httpStatusCode, 200);
});
