import { expect, onTestFinished, test } from "vitest";
import type { BucketWriter } from "../../../kernel/recordings/bucket-writer.ts";
import { RecordingStore } from "../../../kernel/recordings/recording-store.ts";
import { RecordingWriter } from "../../../kernel/recordings/recording-writer.ts";
import { insertRecording } from "../rows/recordings.ts";
import { SessionJournal } from "../sessions/session-journal.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";
import { LiveWorld } from "../testing/live-world.ts";
import { ChannelRecordings } from "./channel-recordings.ts";

const size = { width: 640, height: 360 };
const row: RecordingRow = {
  ...{ stream_id: "st-1", account_id: "000000000000", region: "us-east-1" },
  ...{ channel_id: "channelchann", channel_name: "stage", recording_configuration_arn: "arn" },
  ...{ bucket_name: "recordings", key_prefix: "ivs/v1", state: "recording" },
  ...{ recording_id: "recording", recording_session_id: "session", created_at_ms: 1 },
  media: JSON.stringify({
    ...{ hlsPath: "media/hls", playlist: "master.m3u8", byteRangePlaylist: "ranges.m3u8" },
    renditions: [],
    thumbnails: { path: "media/thumbnails", ...size },
  }),
  ...{ started_at_ms: 1, ended_at_ms: null, reconnect_window_seconds: 60, traits: null },
  ...{ stream_ids: '["st-1"]', last_stream_id: "st-1", stream_ended_at_ms: null },
  ...{ closes_at_ms: null, duration_ms: null, thumbnail_count: 0, written: "[]" },
  ...{ owner: "", fence: 0 },
};

test("a thumbnail is counted with its object, and never written a second time", async () => {
  const world = await LiveWorld.open();
  onTestFinished(() => world.close());
  const { deps } = world.begin();
  const store = world.store.tables<IvsTables>();
  const { db } = store;
  await store.transaction((tx) => insertRecording(tx.db, row));
  const journal = new SessionJournal({ ...deps, nodeId: () => "" });
  // The process dies once the object is there.
  const put: BucketWriter["put"] = async (_key, _body, _type, options) => {
    await world.store.transaction(async (tx) => options?.alongside?.(tx));
    throw new Error("power cut");
  };
  const writer = new RecordingWriter({
    row,
    store: new RecordingStore(world.store, new ChannelRecordings(journal), () => ""),
    bucket: { put } as BucketWriter,
    log: deps.log,
    windowsChanged: () => {},
  });
  const picture = { path: "media/thumbnails/thumb7.jpg", contentType: "image/jpeg", thumbnail: 7 };
  await expect(writer.put({ ...picture, body: [] })).rejects.toThrow("power cut");
  const kept = await db.selectFrom("ivs_recordings").selectAll().executeTakeFirstOrThrow();
  expect(kept).toMatchObject({ thumbnail_count: 8, written: '["media/thumbnails"]' });
});
