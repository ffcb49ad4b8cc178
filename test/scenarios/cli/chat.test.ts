import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ivschat } from "@aws-sdk/client-ivschat";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AmazonClient,
  chatOf,
  connect,
  socketUrl,
  tokenOf,
} from "../../contract/ivs-chat/support.ts";
import { claimsOf, realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { COMMAND } from "../../support/rolecast-command.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/* `rolecast chat` and `stage`, as they were built; chat beside a member with Amazon's client. */

let server: TestServer;
let chat: Ivschat;
let room: string;
let member: AmazonClient;
beforeAll(async () => {
  server = await startTestServer({ logLevel: "silent" });
  chat = chatOf(server);
  ({ arn: room = "" } = await chat.createRoom({ name: "lobby" }));
  member = await connect(socketUrl(server), () => tokenOf(chat, room, "alice"));
});
afterAll(async () => {
  member?.disconnect();
  await server?.close();
});

async function run(args: readonly string[], input: string, command = "chat") {
  const env = { ...process.env, AWS_ENDPOINT_URL: server.endpoint };
  const child = spawn(process.execPath, [COMMAND, command, ...args], { env });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  child.stdin.end(input);
  const [code] = await once(child, "exit");
  return { code, out, err };
}

test("sends each line of its input, moderates, and shows what comes back", async () => {
  const { code, out, err } = await run(
    ["lobby", "--user", "host"],
    "Welcome!\n\n/delete abcdefABCDEF spam\n/unknown\n/disconnect alice\n",
  );
  expect({ code, lines: out.trim().split("\n") }).toEqual({
    code: 0,
    lines: [
      expect.stringMatching(/^host: Welcome! {2}\[\w{12}\]$/),
      expect.stringMatching(/^\* aws:DELETE_MESSAGE .*"Reason":"spam"/),
      '* aws:DISCONNECT_USER {"UserId":"alice"}',
    ],
  });
  expect(err).toContain("There are /delete ID [REASON]");
  await until(() => member.seen.at(-1)?.kind === "disconnect", "the end of alice's connection");
  expect(member.seen.map(({ kind }) => kind)).toEqual([
    ...["connect", "message", "deleted", "disconnected-user", "disconnect"],
  ]);
});

test("gives each frame to programs, and says what room there isn't", async () => {
  const { out } = await run([room, "--json"], "x\n");
  expect(JSON.parse(out)).toMatchObject({ Type: "MESSAGE", Content: "x" });
  const missing = await run(["nowhere"], "");
  expect([missing.code, missing.err]).toEqual([
    1,
    expect.stringContaining("there is no room called nowhere"),
  ]);
});

test("joins a stage with a token, or as a participant that publishes", async () => {
  const realTime = realTimeOf(server);
  const { stage } = await realTime.createStage({ name: "rehearsal" });
  const stageArn = stage?.arn ?? "";
  const given = await run(["join", "rehearsal", "--user", "ann", "--json"], "", "stage");
  const { token, participantId } = JSON.parse(given.out);
  expect(claimsOf(token).claims).toMatchObject({ jti: participantId, user_id: "ann" });
  const pattern = ["--test-pattern", "--duration", "3", "--user", "bob", "--json"];
  const joined = await run(["join", stageArn, ...pattern], "", "stage");
  expect([joined.code, joined.err]).toEqual([0, ""]);
  const published = JSON.parse(joined.out);
  expect(published.durationMs).toBeGreaterThan(2_000);
  const { stageSessions } = await realTime.listStageSessions({ stageArn });
  const of = { stageArn, sessionId: stageSessions?.[0]?.sessionId ?? "" };
  const { events } = await until(async () => {
    const { participantId: id } = published;
    const found = await realTime.listParticipantEvents({ ...of, participantId: id });
    return found.events?.length === 4 && found;
  }, "the participant's end");
  expect(events?.map(({ name }) => name)).toEqual([
    ...["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"],
  ]);
  const { ingestConfigurations } = await realTime.listIngestConfigurations({});
  expect(ingestConfigurations).toEqual([]);
});

test("has a stage's participants recorded, and not any more", async () => {
  const realTime = realTimeOf(server);
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: "stage-films" }));
  const arn = (await realTime.createStage({ name: "stage" })).stage?.arn ?? "";
  const recorded = async () =>
    (await realTime.getStage({ arn })).stage?.autoParticipantRecordingConfiguration
      ?.storageConfigurationArn ?? "";
  const on = await run(["record", "stage", "stage-films"], "", "stage");
  expect([on.code, on.out]).toEqual([0, expect.stringContaining("s3://stage-films/")]);
  const first = await recorded();
  expect(first).toContain(":storage-configuration/");
  expect((await run(["record", "stage", "--off"], "", "stage")).code).toBe(0);
  expect(await recorded()).toBe("");
  await run(["record", "stage", "stage-films"], "", "stage");
  expect(await recorded()).toBe(first);
  expect((await run(["record", "stage"], "", "stage")).code).toBe(2);
  expect((await run(["record", "nowhere", "--off"], "", "stage")).err).toContain("no stage called");
  await findsRecordings(arn);
});

/** Lists and gets a participant's recording that lies where IVS puts it, beside other objects. */
async function findsRecordings(stageArn: string) {
  const { s3 } = server.clients();
  const Bucket = "stage-films";
  const prefix = `${stageArn.split("/")[1]}/st-Session123456/ann/2026-01-02T03-04-05Z`;
  const hls = { duration_ms: 7, path: "media/hls", playlist: "multivariant.m3u8", renditions: [] };
  const metadata = {
    ...{ stage_arn: stageArn, participant_id: "ann", recording_status: "RECORDING_ENDED" },
    ...{ recording_started_at: "2026-01-02T03:04:05Z", media: { hls } },
  };
  for (const [Key, Body] of [
    [`${prefix}/events/recording-ended.json`, JSON.stringify(metadata)],
    [`${prefix}/media/hls/multivariant.m3u8`, "#EXTM3U\n"],
    ["other/events/recording-ended.json", "no recording"],
  ] as const)
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const id = "ann-2026-01-02T03-04-05Z";
  for (const of of [[], ["--stage", "stage"]]) {
    const { out } = await run(["ls", ...of, "--json"], "", "record");
    expect(JSON.parse(out)).toMatchObject([{ bucket: Bucket, prefix, id, stageArn }]);
  }
  const folder = await mkdtemp(join(tmpdir(), "rolecast-record-"));
  const got = await run(["get", "ann", folder], "", "record");
  expect(got.out).toContain("2 objects");
  expect(await readFile(join(folder, "media/hls/multivariant.m3u8"), "utf8")).toBe("#EXTM3U\n");
  await rm(folder, { recursive: true });
}
