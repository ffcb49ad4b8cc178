import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { amf0Object, encodeAmf0 } from "../rtmp/amf0.ts";
import { encodeMessage, uint32 } from "../rtmp/chunk-writer.ts";
import { MESSAGE } from "../rtmp/message-type.ts";
import { EngineHarness } from "../testing/engine-harness.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";
import {
  audioBody,
  audioConfigBody,
  otherAvcRecord,
  videoBody,
  videoConfigBody,
} from "../testing/synthetic-media.ts";

const START = "NetStream.Publish.Start";
const { audio, video, commandAmf0, dataAmf0 } = MESSAGE;

/** Short deadlines, so that the tests of deadlines are quick; nothing else here takes that long. */
const limits = { publishDeadlineMs: 1_500, idleDeadlineMs: 1_500, videoDeadlineMs: 1_500 };

/** Sends `seconds` of video and audio with a keyframe each second, from `startMs`. */
function sendMedia(client: RtmpClient, seconds: number, startMs = 0): void {
  client.send(6, video, videoConfigBody(), startMs);
  client.send(4, audio, audioConfigBody, startMs);
  for (let timeMs = 0; timeMs < seconds * 1_000; timeMs += 100) {
    client.send(6, video, videoBody(timeMs % 1_000 === 0), (startMs + timeMs) >>> 0);
    client.send(4, audio, audioBody, (startMs + timeMs) >>> 0);
  }
}

describe("ingest", () => {
  const harness = new EngineHarness({ limits });
  const open = (): Promise<RtmpClient> => RtmpClient.open(harness.rtmpPort);
  const ended = (streamName: string) =>
    harness.seen("session-ended", (event) => event.streamName === streamName);

  beforeAll(async () => {
    await harness.start();
  });
  afterAll(() => harness.engine.close());

  /** A full life shows that the process, and the engine in it, are well. */
  async function works(key: string): Promise<void> {
    const client = await open();
    expect(await client.publish(key)).toBe(START);
    sendMedia(client, 3);
    client.command("FCUnpublish", 6, null, key);
    client.command("deleteStream", 7, null, 1);
    expect(await ended(`channel/${key}`)).toMatchObject({ reason: "publisher-finished" });
  }

  const hostile: readonly (readonly [string, (client: RtmpClient) => unknown])[] = [
    ["random bytes instead of a handshake", (c) => c.socket.write(Buffer.alloc(4_000, 0x5a))],
    [
      "random bytes after the handshake",
      async (c) => {
        await c.handshake();
        c.socket.write(Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 73 + 11) & 0xff)));
      },
    ],
    [
      "a message of 16 MiB before it may publish",
      async (c) => {
        await c.handshake();
        c.socket.write(Buffer.of(3, 0, 0, 0, 0xff, 0xff, 0xff, commandAmf0, 0, 0, 0, 0));
      },
    ],
    [
      "a message of 200 KiB before it may publish",
      async (c) => {
        await c.handshake();
        c.send(3, commandAmf0, Buffer.alloc(200 * 1024));
      },
    ],
    [
      "a message of 9 MiB while it publishes",
      async (c) => {
        await c.publish("huge");
        c.socket.write(Buffer.of(6, 0, 0, 0, 0x90, 0, 0, video, 1, 0, 0, 0));
      },
    ],
    [
      "an unknown AMF0 marker",
      async (c) => {
        await c.handshake();
        c.send(3, commandAmf0, Buffer.of(0x77));
      },
    ],
    [
      "a chunk size of 0",
      async (c) => {
        await c.handshake();
        c.send(2, MESSAGE.setChunkSize, uint32(0));
      },
    ],
    [
      "connect twice",
      async (c) => {
        await c.handshake();
        await c.connectApp();
        c.command("connect", 2, amf0Object({ app: "app" }));
      },
    ],
    [
      "connect with a boolean for the application",
      async (c) => {
        await c.handshake();
        c.command("connect", 1, amf0Object({ app: true, tcUrl: false }));
      },
    ],
    [
      "connect without anything",
      async (c) => {
        await c.handshake();
        c.command("connect");
      },
    ],
    [
      "connect to another application",
      async (c) => {
        await c.handshake();
        await c.connectApp("live");
      },
    ],
    [
      "publish with a boolean for the name",
      async (c) => {
        await c.handshake();
        await c.connectApp();
        c.command("publish", 2, null, true);
      },
    ],
    [
      "publish without a name",
      async (c) => {
        await c.handshake();
        await c.connectApp();
        c.command("publish", 2, null);
      },
    ],
    [
      "publish before connect",
      async (c) => {
        await c.handshake();
        c.command("publish", 1, null, "key", "live");
      },
    ],
    [
      "publish twice",
      async (c) => {
        await c.publish("twice");
        c.command("publish", 9, null, "twice-again", "live");
      },
    ],
    ["an empty key", (c) => c.publish("?priority=3")],
    ["a priority of 0", (c) => c.publish("key?priority=0")],
    ["a priority beyond 32 bits", (c) => c.publish("key?priority=9999999999")],
    [
      "play",
      async (c) => {
        await c.handshake();
        await c.connectApp();
        c.command("play", 2, null, "key");
      },
    ],
    [
      "65 chunk streams",
      async (c) => {
        await c.handshake();
        for (let id = 3; id < 70; id += 1) {
          c.socket.write(encodeMessage(id, audio, 1, Buffer.of(1)));
        }
      },
    ],
    [
      "an aggregate inside an aggregate",
      async (c) => {
        await c.publish("aggregate");
        c.send(4, MESSAGE.aggregate, Buffer.of(MESSAGE.aggregate, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
      },
    ],
    [
      "an HEVC stream by enhanced RTMP",
      async (c) => {
        await c.publish("hevc");
        c.send(6, video, Buffer.from("\x90hvc1....", "latin1"));
      },
    ],
    [
      "a VP6 stream",
      async (c) => {
        await c.publish("vp6");
        c.send(6, video, Buffer.of(0x14, 1, 2, 3, 4, 5));
      },
    ],
    [
      "MP3 audio",
      async (c) => {
        await c.publish("mp3");
        c.send(4, audio, Buffer.of(0x2f, 1, 2));
      },
    ],
    [
      "a broken AVC sequence header",
      async (c) => {
        await c.publish("broken");
        c.send(6, video, Buffer.of(0x17, 0, 0, 0, 0, 1, 0x64));
      },
    ],
    [
      "a NAL unit longer than its message",
      async (c) => {
        await c.publish("nal");
        c.send(6, video, videoConfigBody());
        c.send(6, video, Buffer.of(0x17, 1, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0x65));
      },
    ],
    ["silence", () => undefined],
    ["half a handshake and silence", (c) => c.socket.write(Buffer.alloc(700, 3))],
    ["a handshake and silence", (c) => c.handshake()],
    ["an accepted publisher's silence", (c) => c.publish("silent")],
    [
      "audio without video",
      async (c) => {
        await c.publish("audio-only");
        const timer = setInterval(() => c.send(4, audio, audioBody), 100);
        c.socket.on("close", () => clearInterval(timer));
      },
    ],
    [
      "an encoder that reads no answers",
      async (c) => {
        await c.handshake();
        c.socket.pause();
        const ping = encodeMessage(2, MESSAGE.userControl, 0, Buffer.of(0, 6, 1, 2, 3, 4));
        const flood = Buffer.concat(Array.from({ length: 500 }, () => ping));
        while (!c.closed) {
          c.socket.write(flood);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
    ],
  ];

  test.concurrent.for(hostile)("%s ends that connection and no other", async ([, attack]) => {
    const client = await open();
    await attack(client);
    client.socket.resume();
    await client.until(() => false);
    expect(client.closed).toBe(true);
  });

  test("after all of that, publishing works", () => works("after-hostile"));

  const harmless: readonly (readonly [string, (client: RtmpClient) => void])[] = [
    [
      "empty control messages",
      (c) => {
        for (const type of [
          MESSAGE.abort,
          MESSAGE.acknowledgement,
          MESSAGE.userControl,
          MESSAGE.windowAckSize,
          MESSAGE.setPeerBandwidth,
        ]) {
          c.send(2, type, Buffer.alloc(0));
        }
      },
    ],
    [
      "empty audio, video and data",
      (c) => {
        c.send(4, audio, Buffer.alloc(0));
        c.send(6, video, Buffer.alloc(0));
        c.send(4, dataAmf0, Buffer.alloc(0));
      },
    ],
    [
      "unknown commands and message types",
      (c) => {
        c.command("_checkbw", 9);
        c.command(true, false, null);
        c.send(7, 99, Buffer.of(1, 2, 3));
      },
    ],
    [
      "metadata of strange types",
      (c) => {
        c.send(
          4,
          dataAmf0,
          encodeAmf0(["@setDataFrame", "onMetaData", amf0Object({ framerate: "x", encoder: 7 })]),
        );
        c.send(4, dataAmf0, encodeAmf0([false]));
      },
    ],
    [
      "an end of sequence and a seek command",
      (c) => {
        c.send(6, video, Buffer.of(0x17, 2, 0, 0, 0));
        c.send(6, video, Buffer.of(0x57, 0));
      },
    ],
  ];

  test("what is merely odd changes nothing", async () => {
    const client = await open();
    expect(await client.publish("odd")).toBe(START);
    for (const [, act] of harmless) {
      act(client);
      client.send(2, MESSAGE.userControl, Buffer.of(0, 6, 0, 0, 0, 1));
    }
    await client.until(() => client.others.filter((type) => type === 4).length > harmless.length);
    sendMedia(client, 3);
    await harness.seen("stream-start", (event) => event.streamName === "channel/odd");
    client.socket.destroy();
    expect(await ended("channel/odd")).toMatchObject({ reason: "connection-lost" });
  });

  test("extended timestamps, also on continuation chunks, and their wrap are read", async () => {
    const client = await open();
    await client.publish("wrap");
    sendMedia(client, 3, 0xffffffff - 1_500);
    client.socket.end();
    await ended("channel/wrap");
    const end = await harness.seen("stream-end", (event) => event.streamName === "channel/wrap");
    expect(end.durationMs).toBe(3_000);
  });

  test("media of a refused or unasked publisher goes nowhere", async () => {
    const refused = await open();
    expect(await refused.publish("no-such-key")).toBe("NetStream.Publish.BadName");
    sendMedia(refused, 3);
    const unasked = await open();
    await unasked.handshake();
    await unasked.connectApp();
    sendMedia(unasked, 3);
    await unasked.until(() => false);
    const names = harness.events.flatMap((e) => ("streamName" in e ? [e.streamName] : []));
    expect(names.filter((name) => name.includes("no-such"))).toEqual([]);
    expect(JSON.stringify(harness.events)).not.toContain("no-such-key");
  });

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
    await first.until(() => false);
    const lower = await open();
    expect(await lower.publish("take?priority=2")).toBe("NetStream.Publish.BadName");
    expect(second.closed).toBe(false);
    second.socket.end();
    await ended("channel/take");
    const own = harness.events.filter((e) => "streamName" in e && e.streamName === "channel/take");
    expect(own.map((event) => ("code" in event ? event.code : event.type))).toEqual([
      "session-created",
      "media-info",
      "stream-start",
      "StreamTakeoverMediaMismatch",
      "stream-takeover",
      "StreamTakeoverInvalidPriority",
      "stream-end",
      "session-ended",
    ]);
    expect(new Set(own.map((event) => ("streamId" in event ? event.streamId : "")))).toEqual(
      new Set([streamId]),
    );
    expect(own.at(-2)).toMatchObject({ durationMs: 5_933 });
    const playlist = await harness.engine.mediaPlaylist("channel/take", "chunked");
    expect(playlist?.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
  });

  test("200 connections of junk leave nothing behind", async () => {
    const sockets = Array.from({ length: 200 }, (_, index) => {
      const socket = connect(index % 2 === 0 ? harness.rtmpPort : harness.rtmpsPort, "127.0.0.1");
      socket.on("error", () => socket.destroy()).resume();
      const bytes = Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * index + 3) & 0xff));
      socket.write(index % 3 === 0 ? Buffer.concat([Buffer.of(3), bytes]) : bytes);
      return socket;
    });
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.on("close", resolve))),
    );
    await works("after-junk");
    expect(await harness.engine.streams()).toEqual([]);
  });
});
