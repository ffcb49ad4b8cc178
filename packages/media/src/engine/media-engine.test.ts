import { afterEach, describe, expect, test } from "vitest";
import { TICKS_PER_MS } from "../container/media-clock.ts";
import { PID } from "../container/mpegts/transport-stream.ts";
import { EngineHarness } from "../testing/engine-harness.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";
import { videoBody, videoConfigBody } from "../testing/synthetic-media.ts";
import { demux } from "../testing/ts-demuxer.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";

async function publishing(harness: EngineHarness, key: string, seconds: number) {
  const client = await RtmpClient.open(harness.rtmpPort);
  await client.publish(key);
  client.send(6, MESSAGE.video, videoConfigBody());
  for (let timeMs = 0; timeMs <= seconds * 1_000; timeMs += 100) {
    client.send(6, MESSAGE.video, videoBody(timeMs % 1_000 === 0), timeMs);
  }
  await client.settled();
  return client;
}

describe("media engine", () => {
  let harness = new EngineHarness();
  afterEach(() => harness.engine.close());

  test("closing ends streams and finishes their recordings", async () => {
    harness = await new EngineHarness().start();
    await publishing(harness, "rec-close", 7);
    await harness.seen("stream-start");
    await harness.engine.close();
    expect(harness.types().filter((type) => type !== "health")).toEqual([
      "session-created",
      "media-info",
      "stream-start",
      "stream-end",
      "session-ended",
      "recording-progress",
      "recording-complete",
    ]);
    expect(harness.events.at(-1)).toMatchObject({ durationMs: 7_100, files: 1 });
    expect(harness.events.find(({ type }) => type === "session-ended")).toMatchObject({
      reason: "engine-closed",
    });
    expect(harness.putPaths.at(-1)).toBe("media/hls/master.m3u8");
  });

  test("while it takes no publishers its ports are closed, and streams go on", async () => {
    harness = await new EngineHarness().start();
    const { engine } = harness;
    const client = await publishing(harness, "stays", 5);
    const { streamName } = await harness.seen("stream-start");
    await engine.admitPublishers(false);
    await expect(RtmpClient.open(harness.rtmpPort)).rejects.toThrow("ECONNREFUSED");
    const offer = { name: "k", description: "", remoteAddress: "::1", secure: true };
    await expect(engine.negotiate("webrtc", offer)).rejects.toMatchObject({ code: "engine" });
    client.send(6, MESSAGE.video, videoBody(true), 6_000);
    expect(await engine.streams()).toMatchObject([{ streamName, state: "live" }]);
    await engine.admitPublishers(true);
    await publishing(harness, "comes", 1);
    expect(await engine.streams()).toHaveLength(2);
  });

  test("closing doesn't wait for a host that never answers, and leaves the recording", async () => {
    harness = new EngineHarness(
      { limits: { closeTimeoutMs: 100 } },
      { putRecordingObject: () => new Promise(() => undefined) },
    );
    await harness.start();
    await publishing(harness, "rec-stuck", 3);
    await harness.seen("stream-start");
    await harness.engine.close();
    expect(harness.types().at(-1)).toBe("recording-interrupted");
  });

  test("a recording that may not start leaves the live stream alone", async () => {
    const startRecording = () => Promise.reject(new Error("AccessDenied"));
    harness = await new EngineHarness({}, { startRecording }).start();
    const client = await publishing(harness, "rec-abort", 5);
    const { streamName } = await harness.seen("stream-start");
    expect(await harness.seen("recording-failed")).toMatchObject({ message: "AccessDenied" });
    client.send(6, MESSAGE.video, videoBody(true), 6_000);
    const [status] = await harness.engine.streams();
    expect(status).toMatchObject({ streamName, state: "live", recording: { state: "failed" } });
    expect(harness.putPaths).toEqual([]);
  });

  test("a stopped stream is over when stopStream resolves, and is playable for a while", async () => {
    harness = await new EngineHarness().start();
    const client = await publishing(harness, "stop", 5);
    const { streamName } = await harness.seen("stream-start");
    expect(await harness.engine.stopStream(streamName)).toBe(true);
    expect(harness.types().slice(-2)).toEqual(["stream-end", "session-ended"]);
    expect(await harness.engine.stopStream(streamName)).toBe(false);
    expect(await harness.engine.streams()).toEqual([]);
    await client.until(() => false);

    const { engine } = harness;
    expect(await engine.mediaPlaylist(streamName, "chunked")).toContain("#EXT-X-ENDLIST");
    expect(await engine.segment(streamName, "chunked", 0)).toHaveProperty("length");
    expect(await engine.segment(streamName, "chunked", 9)).toBeUndefined();
    expect(await engine.segment(streamName, "720p30", 0)).toBeUndefined();
    expect(await engine.mediaPlaylist("channel/other", "chunked")).toBeUndefined();
    const multivariant = await engine.multivariantPlaylist(streamName, "https://cdn.test/x/");
    expect(multivariant?.split("\n")).toEqual([
      "#EXTM3U",
      "#EXT-X-VERSION:3",
      '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="chunked",NAME="180p30",AUTOSELECT=YES,DEFAULT=YES',
      expect.stringMatching(
        /^#EXT-X-STREAM-INF:BANDWIDTH=\d+,RESOLUTION=320x180,CODECS="avc1.42C01E",VIDEO="chunked",FRAME-RATE=30.000$/,
      ),
      "https://cdn.test/x/chunked/playlist.m3u8",
      "",
    ]);
  });

  test("metadata that is put is in the recording, at the media time of the call", async () => {
    harness = await new EngineHarness().start();
    const client = await publishing(harness, "rec-meta", 5);
    const { streamName } = await harness.seen("stream-start");
    expect(await harness.engine.putMetadata(streamName, '{"poll":7}')).toBe(true);
    client.send(6, MESSAGE.video, videoBody(true), 6_000);
    await client.settled();
    await harness.engine.stopStream(streamName);
    await harness.seen("recording-complete");
    const [file] = [...harness.objects.values()].filter(({ path }) => path.endsWith(".ts"));
    const recorded = demux(Buffer.from(file?.body ?? [])).filter(({ pid }) => pid === PID.metadata);
    expect(recorded.map(({ payload }) => payload.toString())).toEqual([
      expect.stringContaining('\0{"poll":7}\0'),
    ]);
    const [first] = demux(Buffer.from(file?.body ?? []));
    const atMs = ((recorded[0]?.pts ?? 0) - (first?.pts ?? 0)) / TICKS_PER_MS;
    expect(atMs).toBe(5_000);
  });

  test("an ad break is in the playlist with the next segment, one at a time, while it is live", async () => {
    harness = await new EngineHarness().start();
    const { engine } = harness;
    const client = await publishing(harness, "ads", 5);
    const { streamName } = await harness.seen("stream-start");
    expect(await engine.insertAdBreak("channel/other", "x", 4_000)).toBe("offline");
    expect(await engine.insertAdBreak(streamName, "break-1", 4_000)).toBe("inserted");
    expect(await engine.insertAdBreak(streamName, "break-2", 4_000)).toBe("overlapping");
    expect(await engine.mediaPlaylist(streamName, "chunked")).not.toContain("DATERANGE");
    for (const timeMs of [6_000, 8_000]) {
      client.send(6, MESSAGE.video, videoBody(true), timeMs);
    }
    await client.settled();
    const playlist = await engine.mediaPlaylist(streamName, "chunked");
    const [, dateTime, start, message] =
      /PROGRAM-DATE-TIME:(.*)\n.*ID="break-1".*START-DATE="(.*?)",.*SCTE35-OUT=0x(\w+)\n.*\n3\.ts/.exec(
        playlist ?? "",
      ) ?? [];
    expect(start).toBe(dateTime);
    expect(message).toMatch(/^FC302500000000000000FFF01405\w{52}$/);
    expect(playlist).not.toContain("break-2");
    await engine.stopStream(streamName);
    expect(await engine.insertAdBreak(streamName, "break-3", 4_000)).toBe("offline");
  });

  test("an ended stream is forgotten after its time, and a republished one goes on counting", async () => {
    harness = await new EngineHarness({ limits: { endedStreamKeptMs: 0 } }).start();
    const { engine } = harness;
    await publishing(harness, "again", 5);
    const { streamName } = await harness.seen("stream-start");
    await engine.stopStream(streamName);
    await publishing(harness, "again", 5);
    await harness.seen("stream-start", ({ streamId }) => streamId === "st-2");
    const playlist = await engine.mediaPlaylist(streamName, "chunked");
    expect(playlist).toMatch(/#EXT-X-DISCONTINUITY\n.*\n.*\n3\.ts/);
    await engine.stopStream(streamName);
    await expect.poll(() => engine.mediaPlaylist(streamName, "chunked")).toBeUndefined();
    expect((await engine.health()).segmentBytes).toBe(0);
  });

  test("a taken port is an engine error, and closing after it works", async () => {
    harness = await new EngineHarness().start();
    const { rtmpPort } = harness;
    const second = new EngineHarness({}, {}, rtmpPort);
    await expect(second.engine.start()).rejects.toMatchObject({ code: "engine" });
    await second.engine.close();
  });
});
