import { expect, test } from "vitest";
import { streamSessionView } from "./stream-session-view.ts";

const HOSTS = { publicBaseUrl: "http://localhost", ingestHost: "localhost" };
const ROW = {
  stream_id: "st-1aaaaaaaaaaaaaaaaaaaaaa",
  account_id: "000000000000",
  region: "us-east-1",
  channel_id: "AbCdEfGhIjKl",
  created_at_ms: 1_000_250,
  started_at_ms: 1_007_999,
  ended_at_ms: 1_060_001,
  health: "HEALTHY" as const,
  has_error_event: 0,
  channel: JSON.stringify({ id: "AbCdEfGhIjKl", tags: "{}", multitrack_input: "{}" }),
  recording_configuration: null,
  media: null,
  owner: "node",
  priority: 0,
};

function viewOf(profile: string, targetBitrate: number, codec = "avc1.42C02A") {
  const video = {
    width: 1920,
    height: 1080,
    frameRate: 59.94,
    codec,
    profile,
    level: "4.2",
    targetBitrate,
  };
  const audio = { codec: "mp4a.40.2", sampleRate: 48_000, channels: 2, targetBitrate: 46_875 };
  const media = JSON.stringify({ video, audio, encoder: "Lavf58.45.100" });
  return streamSessionView({ ...ROW, media }, [], HOSTS);
}

// 9,000 kb/s of ffmpeg, as IVS shows it in its examples.
test.each([
  ["Constrained Baseline", "Baseline"],
  ["Baseline", "Baseline"],
  ["High", "High"],
])("%s and its bitrate are shown as by IVS", (profile, shown) => {
  const { ingestConfiguration, ingestConfigurations } = viewOf(profile, 8_789_062.5);
  const video = {
    codec: "avc1.42C02A",
    encoder: "Lavf58.45.100",
    targetBitrate: 8_789_062,
    targetFramerate: 60,
    videoHeight: 1080,
    videoWidth: 1920,
    profile: shown,
    level: "4.2",
    track: "Track0",
  };
  const audio = { codec: "mp4a.40.2", sampleRate: 48_000, channels: 2, targetBitrate: 46_875 };
  expect(ingestConfiguration).toEqual({
    video: { ...video, avcProfile: shown, avcLevel: "4.2" },
    audio: { ...audio, track: "Track0" },
  });
  expect(ingestConfigurations).toEqual({
    videoConfigurations: [video],
    audioConfigurations: [{ ...audio, track: "Track0" }],
  });
});

test("HEVC has no AVC profile", () => {
  const { ingestConfiguration } = viewOf("Main", 6_000_000, "hvc1.1.6.L123.90");
  expect(ingestConfiguration?.video).toEqual({
    ...{ codec: "hvc1.1.6.L123.90", encoder: "Lavf58.45.100", profile: "Main", level: "4.2" },
    ...{ targetBitrate: 6_000_000, targetFramerate: 60, track: "Track0" },
    ...{ videoHeight: 1080, videoWidth: 1920 },
  });
});

test("every video track is shown, the first one in the older form too", () => {
  const video = { width: 1920, height: 1080, frameRate: 30, codec: "avc1.64002A", profile: "High" };
  const of = (height: number, targetBitrate: number) => ({
    ...video,
    ...{ height, level: "4.2", targetBitrate },
  });
  const furtherVideo = [
    { track: 1, ...of(720, 2_400_000.5) },
    { track: 2, ...of(480, 1_000_000) },
  ];
  const media = JSON.stringify({ video: of(1080, 5_000_000), furtherVideo, encoder: "" });
  const { ingestConfiguration, ingestConfigurations } = streamSessionView(
    { ...ROW, media },
    [],
    HOSTS,
  );
  const shown = ingestConfigurations?.videoConfigurations?.map(
    ({ track, videoHeight, targetBitrate }) => [track, videoHeight, targetBitrate],
  );
  expect(shown).toEqual([
    ["Track0", 1080, 5_000_000],
    ["Track1", 720, 2_400_000],
    ["Track2", 480, 1_000_000],
  ]);
  expect(ingestConfiguration?.video).toMatchObject({ track: "Track0", videoHeight: 1080 });
});

test("times are whole seconds", () => {
  const event = {
    stream_id: ROW.stream_id,
    account_id: ROW.account_id,
    region: ROW.region,
    sequence: 1,
    type: "IVS Stream State Change",
    name: "Stream Start",
    code: null,
    event_time_ms: 1_007_999,
  };
  const view = streamSessionView(ROW, [event], HOSTS);
  expect([view.startTime, view.endTime, view.truncatedEvents?.[0]?.eventTime]).toEqual(
    [1_007_000, 1_060_000, 1_007_000].map((ms) => new Date(ms)),
  );
});
