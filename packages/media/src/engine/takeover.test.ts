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

  test("a publisher that has to go hears why", async () => {
    const heard = async (client: RtmpClient) => {
      await client.until(() => client.status() !== START);
      const said = [client.status(), client.description()];
      await client.until(() => false);
      return said;
    };
    const publisher = async (name: string) => {
      const client = await open();
      await client.publish(name);
      return client;
    };
    const running = await publisher("why?priority=5");
    sendMedia(running, 3);
    await running.settled();
    expect(await heard(await publisher("why"))).toEqual([
      "NetStream.Publish.BadName",
      "the channel already has a publisher",
    ]);
    expect(await heard(await publisher("why?priority=5"))).toEqual([
      "NetStream.Publish.BadName",
      "the priority is not higher than the running publisher's",
    ]);
    // Neither has sent a keyframe yet.
    const earlier = await publisher("why?priority=6");
    const other = await publisher("why?priority=7");
    expect(await heard(earlier)).toEqual([
      "NetStream.Publish.Failed",
      "another publisher has a higher priority",
    ]);
    other.send(6, video, videoConfigBody(otherAvcRecord));
    other.send(6, video, videoBody(true));
    expect(await heard(other)).toEqual([
      "NetStream.Publish.BadName",
      "the media differs from the running publisher's",
    ]);
    const last = await publisher("why?priority=8");
    sendMedia(last, 3, 500_000);
    expect(await heard(running)).toEqual([
      "NetStream.Publish.Failed",
      "another publisher with a higher priority took over",
    ]);
    last.socket.destroy();
    await ended("channel/why");
  });
});
