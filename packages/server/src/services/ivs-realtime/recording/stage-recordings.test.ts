import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RecordingStart } from "@rolecast/media";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { randomIds } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type {
  PublicationHost,
  PublicationRecordings,
} from "../../../kernel/ports/publication-recordings.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { realTimeMigrations } from "../migrations.ts";
import type { ParticipantRecordingRow, RealTimeTables } from "../tables.ts";
import type { RecordedParticipant } from "./open-recording.ts";
import { StageRecordings } from "./stage-recordings.ts";

const PLACE = { account_id: "000000000000", region: "us-east-1" };
const STORAGE_ARN = "arn:aws:ivs:us-east-1:000000000000:storage-configuration/store";
const ANN: RecordedParticipant = {
  stage: { accountId: "000000000000", region: "us-east-1", id: "stage" },
  ...{ sessionId: "st-1", participantId: "ann", group: "st-1", publication: "ann", session: "c" },
};

let folder: string;
let store: OpenedStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-participants-"));
  const options = { durable: false, migrations: realTimeMigrations, nowMs: () => 1 };
  store = await openStore({ file: join(folder, "state.db"), ...options });
  const resource = { ...PLACE, tags: "{}", created_at_ms: 1, name: "" };
  const recording = JSON.stringify({ recordingReconnectWindowSeconds: 60 });
  await store.tables<RealTimeTables>().transaction(async ({ db }) => {
    await db
      .insertInto("ivs_stages")
      .values({ ...resource, id: "stage", recording, storage_configuration_arn: STORAGE_ARN })
      .execute();
    const storage = { ...resource, id: "store", bucket_name: "takes" };
    await db.insertInto("ivs_storage_configurations").values(storage).execute();
  });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Recordings of an engine that records whatever it is asked to, into a bucket. */
function recordingsOf() {
  const published: AwsEvent[] = [];
  const streamIds: string[] = [];
  const ignore = () => undefined;
  let host: PublicationHost | undefined;
  let isRefused = false;
  let answer = async (): Promise<void> => undefined;
  const engine = {
    media: { keptRecordings: { forget: async () => undefined, streamIds: async () => [] } },
    serve: (_prefix: string, served: PublicationHost) => {
      host = served;
    },
    recordPublication: async ({ streamId }: { readonly streamId: string }) => {
      await answer();
      return streamIds.push(streamId) > 0;
    },
  } as unknown as PublicationRecordings;
  const put = async () => {
    if (isRefused) throw new AwsError("AccessDenied", "Access Denied", { status: 403 });
    return {};
  };
  const recordings = new StageRecordings({
    ...{ store, engine, ids: randomIds, clock: { nowMs: () => 10_000 } },
    events: {
      publish: (event) => published.push(event),
      remember: ignore,
      subscribe: () => ignore,
    },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    invoke: put as unknown as Invoke,
    nodePlaces: { id: "" } as never,
  });
  const media = { hlsPath: "media/hls", playlist: "multivariant.m3u8", renditions: [] };
  return {
    recordings,
    begin: async () => {
      await recordings.begin(ANN);
      return streamIds.at(-1) ?? "";
    },
    start: (streamId: string) =>
      host?.start({
        streamName: "",
        streamId,
        startedAtMs: 9_000,
        media,
      } as unknown as RecordingStart),
    over: (streamId: string, type: "recording-complete" | "recording-failed") =>
      host?.event({ type, streamId, atMs: 10_000, durationMs: 900 } as never),
    answerBy: (how: typeof answer) => {
      answer = how;
    },
    refuse: () => {
      isRefused = true;
    },
    names: () => published.map(({ detail }) => detail.event_name),
    rows: (): Promise<ParticipantRecordingRow[]> =>
      store
        .tables<RealTimeTables>()
        .db.selectFrom("ivs_participant_recordings")
        .selectAll()
        .execute(),
  };
}

test("a participant that is back before its recording has its end goes on with it", async () => {
  const { recordings, begin, start, over, rows, names } = recordingsOf();
  const first = await begin();
  await start(first);
  const second = await begin();
  const started = start(second);
  over(first, "recording-complete");
  await started;
  expect(await rows()).toMatchObject([
    { state: "recording", stream_ids: JSON.stringify([first, second]), last_stream_id: second },
  ]);
  expect(names()).toEqual(["Recording Start"]);
  over(second, "recording-complete");
  await recordings.close();
  expect(await rows()).toMatchObject([{ state: "reconnectable" }]);
});

test("a recording whose bucket refuses it in the middle fails, and says so once", async () => {
  const { recordings, begin, start, over, rows, names, refuse } = recordingsOf();
  const streamId = await begin();
  await start(streamId);
  refuse();
  over(streamId, "recording-failed");
  over(streamId, "recording-complete");
  await recordings.close();
  expect(names()).toEqual(["Recording Start", "Recording End Failure"]);
  expect(await rows()).toMatchObject([{ state: "failed" }]);
});

test("a recording that the engine doesn't take leaves nothing that waits for it", async () => {
  const { recordings, begin, rows, answerBy, names } = recordingsOf();
  answerBy(() => Promise.reject(new Error("its worker died")));
  await begin();
  expect(await rows()).toMatchObject([{ state: "none", ended_at_ms: 10_000 }]);
  answerBy(async () => undefined);
  await begin();
  expect(await rows()).toMatchObject([{ state: "none" }, { state: "waiting" }]);
  await recordings.close();
  expect(names()).toEqual([]);
});
