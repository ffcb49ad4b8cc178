import { expect, test } from "vitest";
import {
  channelsPrefix,
  isMetadata,
  newestMetadata,
  parseRecording,
} from "./recording-metadata.ts";

const PREFIX = "ivs/v1/123456789012/channel1/2026/1/2/3/4";
const PARTICIPANT = "stage1/st-Session1/ann-1/2026-01-02T03-04-05Z";
const COMPOSITION = "stage1/compose1/to1/composite";
const event = (id: string, name: string) => `${PREFIX}/${id}/events/recording-${name}.json`;

test.each([
  [undefined, "ivs/v1/"],
  ["arn:aws:ivs:us-east-1:123456789012:channel/channel1", "ivs/v1/123456789012/channel1/"],
])("the recordings of %s begin with %s", (arn, expected) => {
  expect(channelsPrefix(arn)).toBe(expected);
});

test.each([
  [event("Ab1", "started"), true],
  [event("Ab1", "ended"), true],
  [event("Ab1", "failed"), true],
  [event("Ab1", "other"), false],
  [`${event("Ab1", "ended")}.partial`, false],
  [`${PREFIX}/Ab1/media/hls/master.m3u8`, false],
  [`${PARTICIPANT}/events/recording-started.json`, true],
  [`${COMPOSITION}/events/recording-ended.json`, true],
  ["stage1/other/events/recording-ended.json", false],
  [`${PARTICIPANT}/media/hls/multivariant.m3u8`, false],
])("%s describes a recording: %s", (key, expected) => {
  expect(isMetadata(key)).toBe(expected);
});

test("a recording is described by its end, in whatever order the objects come", () => {
  const keys = [
    event("A", "ended"),
    event("A", "started"),
    event("B", "started"),
    event("C", "started"),
    event("C", "failed"),
    `${PREFIX}/A/media/hls/master.m3u8`,
  ];
  const expected = [event("A", "ended"), event("B", "started"), event("C", "failed")];
  expect(newestMetadata(keys)).toEqual(expected);
  expect(newestMetadata(keys.toReversed()).toSorted()).toEqual(expected);
});

test("a recording that runs has no duration yet", () => {
  const hls = { path: "media/hls", playlist: "master.m3u8", renditions: [{ path: "480p30" }] };
  const metadata = {
    channel_arn: "arn",
    recording_started_at: "t",
    recording_status: "RECORDING_STARTED",
    media: { hls },
  };
  const key = event("Ab1", "started");
  const expected = {
    bucket: "b",
    prefix: `${PREFIX}/Ab1`,
    id: "Ab1",
    channelArn: "arn",
    startedAt: "t",
    state: "RECORDING_STARTED",
    durationMs: 0,
    renditions: ["480p30"],
    playlist: "media/hls/master.m3u8",
  };
  expect(parseRecording("b", key, JSON.stringify(metadata))).toEqual(expected);
  const ended = { ...metadata, media: { hls: { ...hls, duration_ms: 5 } } };
  expect(parseRecording("b", key, JSON.stringify(ended))?.durationMs).toBe(5);
});

test("a recording of a stage is a participant's at a time, or a composition's", () => {
  const renditions = [{ path: "high", playlist: "playlist.m3u8" }];
  const metadata = {
    ...{ stage_arn: "arn", participant_id: "ann-1", recording_started_at: "t" },
    recording_status: "RECORDING_ENDED",
    media: {
      hls: { duration_ms: 7, path: "media/hls", playlist: "multivariant.m3u8", renditions },
    },
  };
  const key = `${PARTICIPANT}/events/recording-ended.json`;
  expect(parseRecording("b", key, JSON.stringify(metadata))).toEqual({
    ...{ bucket: "b", prefix: PARTICIPANT, id: "ann-1-2026-01-02T03-04-05Z" },
    ...{ stageArn: "arn", participantId: "ann-1", startedAt: "t", state: "RECORDING_ENDED" },
    ...{ durationMs: 7, renditions: ["high"], playlist: "media/hls/multivariant.m3u8" },
  });
  const composed = `${COMPOSITION}/events/recording-ended.json`;
  expect(parseRecording("b", composed, JSON.stringify(metadata))?.id).toBe("compose1-to1");
  const pictures = parseRecording("b", key, JSON.stringify({ ...metadata, media: {} }));
  expect(pictures).toMatchObject({ durationMs: 0, renditions: [] });
  expect(pictures).not.toHaveProperty("playlist");
  // Anybody who writes to the bucket may write something else.
  const odd = ["", "{", "null", "[]", '{"media":{}}', '{"media":null,"recording_started_at":"t"}'];
  for (const text of odd) expect(parseRecording("b", key, text)).toBeUndefined();
  const list = JSON.stringify({ ...metadata, media: { hls: { renditions: {} } } });
  expect(parseRecording("b", key, list)).toBeUndefined();
});
