import * as ivs from "@aws-sdk/client-ivs";
import { CreateBucketCommand, PutObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "../support/principals.ts";
import { rolecast } from "../support/rolecast-command.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../support/test-server.ts";

const BUCKET = "films";
const FOLDER = "ivs/v1/000000000000/Ab12Cd34Ef56/2026/1/2/3/4";
/** With its documents they are more than one request deletes. */
const SEGMENTS = 1_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { s3, ivs: client } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await client.send(
    new ivs.CreateRecordingConfigurationCommand({
      destinationConfiguration: { s3: { bucketName: BUCKET } },
    }),
  );
});
afterAll(() => server?.close());

async function putRecording(id: string, segments: number, state = "ended"): Promise<void> {
  const hls = { duration_ms: 7, path: "media/hls", playlist: "master.m3u8", renditions: [] };
  const metadata = {
    ...{ channel_arn: "arn:aws:ivs:us-east-1:000000000000:channel/Ab12Cd34Ef56", media: { hls } },
    recording_started_at: "2026-01-02T03:04:05Z",
    recording_status: `RECORDING_${state.toUpperCase()}`,
  };
  const put = (name: string, Body: string) =>
    server
      .clients()
      .s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${FOLDER}/${id}/${name}`, Body }));
  await put("events/recording-started.json", JSON.stringify(metadata));
  await put(`events/recording-${state}.json`, JSON.stringify(metadata));
  const names = Array.from({ length: segments }, (_, index) => `media/hls/${index}.ts`);
  for (const name of names) await put(name, "abc");
}

/** How many objects of that recording are left. */
async function left(id: string): Promise<number> {
  const { s3: client } = server.clients();
  const asked = { Bucket: BUCKET, Prefix: `${FOLDER}/${id}` };
  let count = 0;
  for await (const { KeyCount = 0 } of paginateListObjectsV2({ client }, asked)) count += KeyCount;
  return count;
}

function run(line: string, { accessKeyId, secretAccessKey }: Key = ROOT) {
  const env = {
    ...{ AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: "us-east-1" },
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  };
  return rolecast(line.split(" "), { env });
}

test("a recording goes with all its objects, and no other", async () => {
  await putRecording("AAAA1111aaaa", SEGMENTS);
  await putRecording("BBBB2222bbbb", 1);
  expect(await run("record rm AAAA")).toMatchObject({
    code: 2,
    err: expect.stringContaining("say --yes"),
  });
  expect(await left("AAAA1111aaaa")).toBe(SEGMENTS + 2);
  const { code, out } = await run("record rm AAAA --yes --json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ id: "AAAA1111aaaa", objects: SEGMENTS + 2 });
  expect([await left("AAAA1111aaaa"), await left("BBBB2222bbbb")]).toEqual([0, 3]);
  expect(await run("record rm AAAA --yes")).toMatchObject({
    code: 1,
    err: expect.stringContaining("there is no recording AAAA"),
  });
  expect((await run("record rm BBBB --yes")).out).toMatch(
    /^Deleted 3 objects, .*BBBB2222bbbb\/\.\n/,
  );
});

test("a recording that isn't complete stays", async () => {
  await putRecording("CCCC3333cccc", 1, "started");
  const { code, err } = await run("record rm CCCC --yes");
  expect([code, err]).toEqual([1, expect.stringContaining("end its stream first")]);
  expect(await left("CCCC3333cccc")).toBe(2);
});

test("an object that may not be deleted is named, and the recording is still found", async () => {
  await putRecording("DDDD4444dddd", 2);
  const Resource = `arn:aws:s3:::${BUCKET}/${FOLDER}/DDDD4444dddd/`;
  const policy = [
    { Effect: "Allow", Action: ["s3:*", "ivs:*", "ivsrealtime:*"], Resource: "*" },
    { Effect: "Deny", Action: "s3:DeleteObject", Resource: `${Resource}events/recording-e*` },
  ];
  const editor = await createUser(server.clients().iam, "editor", policy);
  const { code, err } = await run("record rm DDDD --yes", editor);
  expect(code).toBe(1);
  expect(err).toMatch(/1 of 4 objects couldn't be deleted\. .*recording-ended\.json: AccessDenied/);
  expect((await run("record ls")).out).toContain("DDDD4444dddd");
});
