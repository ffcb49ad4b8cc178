import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineHarness } from "../testing/engine-harness.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";
import {
  audioBody,
  audioConfigBody,
  otherAvcRecord,
  videoBody,
  videoConfigBody,
} from "../testing/synthetic-media.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";

const { video, audio } = MESSAGE;
const START = "NetStream.Publish.Start";

/** Sends `seconds` of video and audio with a keyframe each second, from `startMs`. */
function sendMedia(client: RtmpClient, seconds: number, startMs = 0): void {
  client.send(6, video, videoConfigBody(), startMs);
  client.send(4, audio, audioConfigBody, startMs);
  for (let timeMs = 0; timeMs < seconds * 1_000; timeMs += 100) {
    client.send(6, video, videoBody(timeMs % 1_000 === 0), (startMs + timeMs) >>> 0);
    client.send(4, audio, audioBody, (startMs + timeMs) >>> 0);
  }
}

/** With workers, two connections at a time are in two processes. */
describe.each([{ workers: 0 }, { workers: 2 }])("with $workers workers", ({ workers }) => {
  const harness = new EngineHarness({ workers });
  const open = (): Promise<RtmpClient> => RtmpClient.open(harness.rtmpPort);
  const ended = (streamName: string) =>
    harness.seen("session-ended", (event) => event.streamName === streamName);

  beforeAll(async () => {
    await harness.start();
  });
  afterAll(() => harness.engine.close());

  test("a key has one publisher: a second one is refused and disturbs nothing", async () => {
    const first = await open();
    await first.publish("single");
    const second = await open();
    expect(await second.publish("single")).toBe("NetStream.Publish.BadName");
    sendMedia(second, 3);
    sendMedia(first, 3);
    await harness.seen("stream-start", (event) => event.streamName === "channel/single");
    expect(first.closed).toBe(false);
    first.socket.destroy();
    await ended("channel/single");
    const again = await open();
    expect(await again.publish("single")).toBe(START);
    again.socket.destroy();
  });

  test("a strictly higher priority with the same media takes over at its first keyframe", async () => {
    const first = await open();
    await first.publish("take");
    sendMedia(first, 3);
    await first.settled();
    const { streamId } = await harness.seen("stream-start", (e) => e.streamName === "channel/take");
    const mismatched = await open();
    expect(await mismatched.publish("take?priority=1")).toBe(START);
    mismatched.send(6, video, videoConfigBody(otherAvcRecord));
    mismatched.send(6, video, videoBody(true));
    await mismatched.until(() => false);
    expect(first.closed).toBe(false);

    const second = await open();
    expect(await second.publish("take?priority=2")).toBe(START);
    sendMedia(second, 3, 500_000);
    await second.settled();
    await first.until(() => false);
    for (const priority of ["2", "0", "2147483648", "first"]) {
      const lower = await open();
      expect(await lower.publish(`take?priority=${priority}`)).toBe("NetStream.Publish.BadName");
    }
    await second.settled();
    expect(second.closed).toBe(false);
    second.socket.end();
    await ended("channel/take");
    const own = harness.events.filter(
      (e) => "streamName" in e && e.streamName === "channel/take" && e.type !== "health",
    );
    expect(
      own.map((event) => (event.type === "stream-takeover-failed" ? event.reason : event.type)),
    ).toEqual([
      "session-created",
      "media-info",
      "stream-start",
      "media-mismatch",
      "stream-takeover",
      ...Array(4).fill("invalid-priority"),
      "stream-end",
      "session-ended",
    ]);
    expect(new Set(own.map((event) => ("streamId" in event ? event.streamId : "")))).toEqual(
      new Set([streamId]),
    );
    expect(own.at(-2)).toMatchObject({ durationMs: 6_000 });
    const playlist = await harness.engine.mediaPlaylist("channel/take", "chunked");
    expect(playlist?.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
  });
});
