import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type {
  CreateIngestConfigurationRequest,
  IngestConfiguration,
  IVSRealTime,
} from "@aws-sdk/client-ivs-realtime";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { joinStage, outcomeOf, realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { copyBucket } from "./bucket-copy.ts";
import { decodedSeconds, type Encoder, type Film, makeFilm, publish } from "./encoder.ts";

// Debian's, which has the module.
const PYTHON = "/usr/bin/python3";
const hasAiortc = spawnSync(PYTHON, ["-c", "import aiortc"]).status === 0;
const VIEWER = join(import.meta.dirname, "whep_aiortc.py");

describe.each([0, 2])("encoders on stages, with %i workers", (ingestWorkers) => {
  let server: TestServer;
  let realTime: IVSRealTime;
  let film: Film;
  const encoders: Encoder[] = [];
  beforeAll(async () => {
    [server, film] = await Promise.all([startTestServer({ ingestWorkers }), makeFilm(6)]);
    realTime = realTimeOf(server);
  });
  afterAll(async () => {
    for (const encoder of encoders) encoder.kill();
    await server.close();
  });

  /** A stage with an ingest configuration, which is looked at by `shown`. */
  async function ingestOf(wanted: Partial<CreateIngestConfigurationRequest> = {}) {
    const { stage } = await realTime.createStage({});
    const { arn: stageArn = "", endpoints } = stage ?? {};
    const made = await realTime.createIngestConfiguration({
      ...{ stageArn, ingestProtocol: "RTMPS", userId: "encoder", attributes: { seat: "1" } },
      ...wanted,
    });
    const configuration = made.ingestConfiguration as IngestConfiguration;
    const { arn, participantId = "" } = configuration;
    const shown = async () =>
      (await realTime.getIngestConfiguration({ arn })).ingestConfiguration ?? configuration;
    const shows = (state: string) =>
      until(async () => (await shown()).state === state, `the state ${state}`);
    const eventsOf = async (id = participantId) => {
      const { stageSessions } = await realTime.listStageSessions({ stageArn });
      const names = [];
      for (const { sessionId } of stageSessions ?? []) {
        const of = { stageArn, sessionId, participantId: id };
        const { events } = await realTime.listParticipantEvents(of);
        names.push(...(events ?? []).map(({ name, errorCode }) => errorCode ?? name));
      }
      return names;
    };
    const url = (key = configuration.streamKey, protocol: "rtmp" | "rtmps" = "rtmps") =>
      `${endpoints?.[protocol]}${key}`;
    return { stageArn, arn, participantId, configuration, shown, shows, eventsOf, url };
  }

  function start(source: Film, url: string): Encoder {
    const encoder = publish(source, url, 1, true);
    encoders.push(encoder);
    return encoder;
  }

  async function viewerOf(stageArn: string) {
    const { participantToken } = await realTime.createParticipantToken({ stageArn });
    const socket = await joinStage(participantToken?.token ?? "");
    const sees = (...ids: readonly string[]) =>
      socket.seen(
        "aws:ivs:STAGE_STATE",
        ({ participants }) => `${participants?.map(({ id }) => id)}` === `${ids}`,
      );
    const watch = async (id: string): Promise<string> => {
      const whep = `${server.endpoint}/ivs-realtime/whip/subscribe/${id}`;
      const { stdout } = await promisify(execFile)(PYTHON, [
        ...[VIEWER, whep, participantToken?.token ?? ""],
      ]);
      return stdout;
    };
    return { sees, watch };
  }

  test("a key publishes to its stage, is watched, and is in use meanwhile", async () => {
    const { stageArn, arn, participantId, shown, shows, eventsOf, url } = await ingestOf();
    const viewer = await viewerOf(stageArn);
    const encoder = start(film, url());
    await viewer.sees(participantId);
    if (hasAiortc) expect(await viewer.watch(participantId)).toBe("audio 48000\nvideo 320x180\n");
    const { stage } = await realTime.getStage({ arn: stageArn });
    const at = { stageArn, sessionId: stage?.activeSessionId ?? "", participantId };
    const { participant } = await realTime.getParticipant(at);
    expect(participant).toMatchObject({
      ...{ userId: "encoder", attributes: { seat: "1" }, protocol: "RTMPS", published: true },
      ...{ ingestConfigurationArn: arn, state: "CONNECTED" },
    });
    const second = start(film, url());
    expect((await second.ended).code).not.toBe(0);
    await until(
      async () => (await eventsOf()).join() === "JOINED,PUBLISH_STARTED,REUSE_OF_STREAM_KEY",
      "the second encoder's error",
    );
    expect((await shown()).state).toBe("ACTIVE");
    expect(await outcomeOf(realTime.deleteIngestConfiguration({ arn }))).toBe("ConflictException");
    const other = { arn, stageArn: "" };
    expect(await outcomeOf(realTime.updateIngestConfiguration(other))).toBe("ConflictException");
    encoder.kill();
    await viewer.sees();
    await shows("INACTIVE");
    expect((await eventsOf()).slice(3)).toEqual(["PUBLISH_STOPPED", "LEFT"]);
  });

  test("an encoder is recorded from its first picture to its last", async () => {
    const { s3 } = server.clients();
    const bucketName = "encoders-recordings";
    await s3.send(new CreateBucketCommand({ Bucket: bucketName }));
    const made = await realTime.createStorageConfiguration({ s3: { bucketName } });
    const { stageArn, participantId, shows, url } = await ingestOf();
    const { arn: storageConfigurationArn } = made.storageConfiguration ?? {};
    const autoParticipantRecordingConfiguration = { storageConfigurationArn };
    await realTime.updateStage({ arn: stageArn, autoParticipantRecordingConfiguration });
    expect(await publish(film, url()).ended).toEqual({ code: 0, said: "" });
    await shows("INACTIVE");
    const { stageSessions } = await realTime.listStageSessions({ stageArn });
    const at = { stageArn, sessionId: stageSessions?.[0]?.sessionId, participantId };
    const { recordingS3Prefix } = await until(async () => {
      const { participant } = await realTime.getParticipant(at);
      return participant?.recordingState === "STOPPED" && participant;
    }, "the end of the recording");
    const copy = await copyBucket(s3, bucketName);
    const playlist = `${copy.folder}/${recordingS3Prefix}/media/hls/high/playlist.m3u8`;
    expect(await decodedSeconds(playlist)).toBe(film.durationSeconds);
    await copy.remove();
  });

  test("an encoder is disconnected, attached again, and deleted by force", async () => {
    const { stageArn, arn, participantId, shown, shows, url } = await ingestOf();
    const encoder = start(film, url());
    await shows("ACTIVE");
    await realTime.disconnectParticipant({ stageArn, participantId });
    await encoder.ended;
    await shows("INACTIVE");
    expect((await shown()).stageArn).toBe("");
    expect((await start(film, url()).ended).code).not.toBe(0);
    await realTime.updateIngestConfiguration({ arn, stageArn });
    const again = start(film, url());
    await shows("ACTIVE");
    await realTime.deleteIngestConfiguration({ arn, force: true });
    await again.ended;
    await until(
      async () => (await realTime.getStage({ arn: stageArn })).stage?.activeSessionId === undefined,
      "the session's end",
    );
  });

  test("two redundant encoders are one to viewers, who stay when the first one fails", async () => {
    const { stageArn, participantId, configuration, shows, eventsOf, url } = await ingestOf({
      redundantIngest: true,
    });
    const { redundantIngestCredentials = [], streamKey } = configuration;
    const [one, two] = redundantIngestCredentials;
    const viewer = await viewerOf(stageArn);
    const first = start(film, url(one?.streamKey));
    await viewer.sees(participantId);
    start(film, url(two?.streamKey));
    await until(
      async () => (await eventsOf(two?.participantId)).includes("PUBLISH_STARTED"),
      "the second encoder",
    );
    first.kill();
    await until(
      async () => (await eventsOf(one?.participantId)).includes("PUBLISH_STOPPED"),
      "the end of the first encoder",
    );
    await shows("ACTIVE");
    await viewer.sees(participantId);
    if (hasAiortc) expect(await viewer.watch(participantId)).toBe("audio 48000\nvideo 320x180\n");
    expect((await start(film, url(streamKey)).ended).code).not.toBe(0);
    expect(await eventsOf()).toEqual(["JOINED", "INVALID_STREAM_KEY", "LEFT"]);
    const { stage } = await realTime.getStage({ arn: stageArn });
    const at = { stageArn, sessionId: stage?.activeSessionId ?? "" };
    const id = two?.participantId ?? "";
    const { participant } = await realTime.getParticipant({ ...at, participantId: id });
    expect(participant).toMatchObject({ redundantIngest: true, published: true });
    await realTime.disconnectParticipant({ stageArn, participantId });
    await shows("INACTIVE");
  });

  const REFUSED = [
    ["B-frames", ["-bf", "2", "-b:v", "300k"], "rtmps", "B_FRAME_PRESENT"],
    ["a large picture", ["-s", "1920x1080", "-b:v", "300k"], "rtmps", "RESOLUTION_EXCEEDED"],
    ["RTMP where RTMPS is wanted", undefined, "rtmp", "INVALID_PROTOCOL"],
  ] as const;

  // Workers change nothing about what is refused.
  test.each(ingestWorkers === 0 ? REFUSED : [])(
    "%s ends with its error code",
    async (_what, rate, protocol, code) => {
      const { configuration, eventsOf, url } = await ingestOf();
      const source = rate ? await makeFilm(3, rate) : film;
      const { streamKey } = configuration;
      expect((await start(source, url(streamKey, protocol)).ended).code).not.toBe(0);
      const all = await until(async () => {
        const events = await eventsOf();
        return events.includes("LEFT") && events;
      }, "the participant's end");
      expect(all).toContain(code);
    },
  );

  test("a wrong key is refused, whatever is right of it", async () => {
    const { eventsOf, url, configuration } = await ingestOf();
    for (const key of [`${configuration.streamKey}x`, "rt_1_us-east-1_abc_def"])
      expect((await start(film, url(key)).ended).code).not.toBe(0);
    expect(await eventsOf()).toEqual([]);
  });
});
