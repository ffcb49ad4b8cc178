import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { EngineHarness } from "../testing/engine-harness.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";
import { videoBody, videoConfigBody } from "../testing/synthetic-media.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";
import {
  attribute,
  STUN_ATTRIBUTE,
  STUN_TYPE,
  write,
} from "../transport/webrtc/stun/stun-message.ts";
import { FrameReader, writeFrame } from "../transport/webrtc/tcp-frames.ts";

const START = "NetStream.Publish.Start";

describe("an engine of two workers", () => {
  let harness = new EngineHarness();
  afterEach(() => harness.engine.close());

  function frames(client: RtmpClient, fromMs: number, toMs: number): Promise<void> {
    for (let timeMs = fromMs; timeMs < toMs; timeMs += 100) {
      client.send(6, MESSAGE.video, videoBody(timeMs % 1_000 === 0), timeMs);
    }
    return client.settled();
  }

  async function publish(key: string, seconds: number): Promise<RtmpClient> {
    const client = await RtmpClient.open(harness.rtmpPort);
    expect(await client.publish(key)).toBe(START);
    client.send(6, MESSAGE.video, videoConfigBody());
    await frames(client, 0, seconds * 1_000);
    return client;
  }

  /** The process that carries the only stream. */
  async function busyWorker(): Promise<number> {
    const { workers = [] } = await harness.engine.health();
    return workers.find(({ streams }) => streams > 0)?.pid ?? 0;
  }

  test("shares streams evenly between its processes, and plays all of them", async () => {
    harness = await new EngineHarness({ workers: 2 }).start();
    const { engine } = harness;
    const keys = ["a", "b", "c", "d"];
    for (const key of keys) {
      await publish(key, 5);
      await harness.seen("stream-start", ({ streamName }) => streamName === `channel/${key}`);
    }
    const { workers = [], streams } = await engine.health();
    expect(workers.map((worker) => worker.streams)).toEqual([2, 2]);
    expect(new Set([process.pid, ...workers.map(({ pid }) => pid)]).size).toBe(3);
    expect(streams).toBe(4);
    expect(harness.requests.map(({ remoteAddress }) => remoteAddress)).toContain("127.0.0.1");
    expect(new Set(harness.requests.map(({ connectionId }) => connectionId)).size).toBe(4);
    const status = await engine.streams();
    expect(status.map(({ streamName }) => streamName).sort()).toEqual(
      keys.map((key) => `channel/${key}`),
    );
    for (const key of keys) {
      const name = `channel/${key}`;
      expect(await engine.multivariantPlaylist(name, "")).toContain("chunked/playlist.m3u8");
      expect(await engine.mediaPlaylist(name, "chunked")).toContain("1.ts");
      const segment = await engine.segment(name, "chunked", 0);
      expect(segment?.[0]).toBe(0x47);
      // It crosses from the worker once.
      expect(await engine.segment(name, "chunked", 0)).toBe(segment);
    }
    expect(await engine.mediaPlaylist("channel/other", "chunked")).toBeUndefined();
    expect(await engine.putMetadata("channel/c", "poll")).toBe(true);
    expect(await engine.stopStream("channel/c")).toBe(true);
    expect(await engine.stopStream("channel/c")).toBe(false);
    expect(await engine.putMetadata("channel/c", "poll")).toBe(false);
  });

  test("publishes the ends of what a killed worker carried, and of nothing else, and starts another", async () => {
    let release: () => void = () => undefined;
    const written = new Promise<void>((resolve) => {
      release = resolve;
    });
    harness = await new EngineHarness(
      { workers: 2 },
      { putRecordingObject: () => written },
    ).start();
    const { engine } = harness;
    const victim = await publish("rec-victim", 12);
    const pid = await busyWorker();
    const survivor = await publish("survivor", 5);
    await harness.seen("stream-start", ({ streamName }) => streamName === "channel/survivor");
    await expect
      .poll(async () => (await engine.streams())[0]?.recording?.pendingBytes)
      .toBeGreaterThan(0);
    process.kill(pid, "SIGKILL");
    await victim.until(() => false);
    const ofVictim = (): string[] =>
      harness.events
        .filter((e) => "streamName" in e && e.streamName === "channel/rec-victim")
        .map(({ type }) => type)
        .filter((type) => type !== "health");
    expect(
      await harness.seen("session-ended", (e) => e.streamName === "channel/rec-victim"),
    ).toMatchObject({ reason: "internal-error" });
    expect(ofVictim()).toEqual([
      "session-created",
      "media-info",
      "stream-start",
      "stream-end",
      "session-ended",
    ]);
    // What the host is writing comes first.
    release();
    await harness.seen("recording-interrupted");
    expect(harness.putPaths).toEqual(["media/hls/180p30/0.ts"]);

    await frames(survivor, 5_000, 8_000);
    expect(survivor.closed).toBe(false);
    expect(await engine.mediaPlaylist("channel/survivor", "chunked")).toContain("2.ts");
    await expect.poll(async () => (await engine.health()).workers).toHaveLength(2);
    expect(await engine.health()).toMatchObject({ workerRestarts: 1 });
    await publish("rec-victim", 5);
    await harness.seen(
      "stream-start",
      ({ streamName, streamId }) => streamName === "channel/rec-victim" && streamId === "st-3",
    );
    expect((await engine.health()).workers?.map(({ streams }) => streams)).toEqual([1, 1]);
  });

  test("lets a publisher go whose stream was in a worker that died, and the other way round", async () => {
    harness = await new EngineHarness({ workers: 2 }).start();
    const { engine } = harness;
    const first = await publish("relay", 5);
    const pid = await busyWorker();
    const second = await publish("relay?priority=1", 3);
    await harness.seen("stream-takeover");
    await first.until(() => false);
    const { workers = [] } = await engine.health();
    const other = workers.find((worker) => worker.pid !== pid)?.pid ?? 0;
    process.kill(other, "SIGKILL");
    await second.until(() => false);
    expect(await harness.seen("session-ended")).toMatchObject({ reason: "connection-lost" });

    await expect.poll(async () => (await engine.health()).workers).toHaveLength(2);
    const third = await publish("relay", 5);
    const carrier = await busyWorker();
    const fourth = await publish("relay?priority=1", 3);
    await third.until(() => false);
    process.kill(carrier, "SIGKILL");
    await fourth.until(() => false);
    expect(fourth.closed).toBe(true);
  });

  test("ends streams and finishes their recordings when it is closed", async () => {
    harness = await new EngineHarness({ workers: 2 }).start();
    await publish("rec-one", 5);
    await publish("rec-two", 5);
    await harness.seen("stream-start", ({ streamName }) => streamName === "channel/rec-two");
    await harness.engine.close();
    const ends = harness.events.filter(({ type }) =>
      ["session-ended", "recording-complete"].includes(type),
    );
    expect(ends.map(({ type }) => type).sort()).toEqual([
      "recording-complete",
      "recording-complete",
      "session-ended",
      "session-ended",
    ]);
    expect(harness.putPaths.filter((path) => path === "media/hls/master.m3u8").length).toBe(4);
  });

  test("each take WebRTC's connections by TCP for the peers that they have", async () => {
    const offer = await readFile(
      join(import.meta.dirname, "../testing/offers/chromium.sdp"),
      "utf8",
    );
    harness = await new EngineHarness({ workers: 2, ffmpeg: "ffmpeg" }, {}, 0).start();
    const { forwarding } = harness.engine;
    const reached = new Set<number>();
    for (const group of ["one", "two"]) {
      const of = { group, publication: "ann", remoteAddress: "127.0.0.1" };
      const { description } = await forwarding.openPublication({ ...of, description: offer });
      const port = Number(/ tcp \d+ \S+ (\d+) typ host tcptype passive/.exec(description)?.[1]);
      const ufrag = /a=ice-ufrag:(\S+)/.exec(description)?.[1] ?? "";
      reached.add(port);
      // Without the peer's password it is answered 401: what counts is who answers.
      const check = bindingRequest(`${ufrag}:theirs`);
      const socket = connect(port, "127.0.0.1");
      socket.write(writeFrame(check));
      const [bytes] = await once(socket, "data");
      const [answer] = new FrameReader().read(bytes);
      expect(answer?.readUInt16BE(0)).toBe(STUN_TYPE.bindingError);
      socket.destroy();
    }
    expect(reached.size).toBe(2);
  });
});

function bindingRequest(username: string): Buffer {
  const name = attribute(STUN_ATTRIBUTE.username, Buffer.from(username));
  return write(STUN_TYPE.bindingRequest, Buffer.alloc(12), [name], "no peer's password");
}
