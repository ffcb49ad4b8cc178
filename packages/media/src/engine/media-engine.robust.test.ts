import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { amf0Object, encodeAmf0 } from "../container/flv/amf0.ts";
import { EngineHarness } from "../testing/engine-harness.ts";
import { floodWithPings, hostilePeers } from "../testing/hostile-peers.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";
import {
  audioBody,
  audioConfigBody,
  videoBody,
  videoConfigBody,
} from "../testing/synthetic-media.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";

const START = "NetStream.Publish.Start";
const { audio, video, dataAmf0 } = MESSAGE;

/** Short deadlines, so that the tests of deadlines are quick; nothing else here takes that long. */
const limits = { publishDeadlineMs: 1_500, idleDeadlineMs: 1_500, videoDeadlineMs: 3_000 };

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

  test.concurrent.for(hostilePeers)("$name ends that connection", async ({ attack }) => {
    const client = await open();
    await attack(client);
    client.socket.resume();
    await client.until(() => false);
    expect(client.closed).toBe(true);
  });

  test("each of them was ended for what it did, and nobody else was", async () => {
    const reasons = harness.events.flatMap((event) => {
      if (event.type === "publish-refused") {
        return [event.reason];
      }
      return event.type === "session-ended" ? [event.message] : [];
    });
    expect(reasons.sort()).toEqual(hostilePeers.map(({ reason }) => reason).sort());
  });

  test("an encoder that reads no answers is dropped, not buffered for", async () => {
    // The flood takes longer on a busy machine than an encoder has to begin.
    const limits = { publishDeadlineMs: 600_000 };
    const patient = await new EngineHarness({ limits }).start();
    const client = await RtmpClient.open(patient.rtmpPort);
    await client.handshake();
    await floodWithPings(client);
    const { reason } = await patient.seen("publish-refused");
    expect(reason).toBe("the encoder doesn't read what it is answered");
    await patient.engine.close();
  });

  test("a connection that never begins its TLS handshake is closed", async () => {
    const socket = connect(harness.rtmpsPort, "127.0.0.1").resume();
    await new Promise((resolve) => socket.on("close", resolve));
    expect(socket.destroyed).toBe(true);
  });

  test("a host that can't decide refuses the publisher, and only the operator learns why", async () => {
    const failing = await new EngineHarness(
      {},
      { authorizePublish: () => Promise.reject(new Error("the database is locked")) },
    ).start();
    const client = await RtmpClient.open(failing.rtmpPort);
    expect(await client.publish("key")).toBe("NetStream.Publish.BadName");
    expect(failing.events).toMatchObject([
      { type: "publish-refused", reason: "the database is locked" },
    ]);
    const [, , , information] = client.commands.at(-1) ?? [];
    expect(information).toEqual(
      new Map([
        ["level", "error"],
        ["code", "NetStream.Publish.BadName"],
        ["description", "the publisher could not be authorised"],
      ]),
    );
    await failing.engine.close();
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
      await client.settled();
    }
    expect(client.closed).toBe(false);
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

describe("places of one address", () => {
  const harness = new EngineHarness({ limits: { connectionsMax: 3, connectionsOfAddressMax: 2 } });
  beforeAll(async () => {
    await harness.start();
  });
  afterAll(() => harness.engine.close());

  /** Whether the handshake of an encoder at that address is answered. */
  const isLetIn = (localAddress: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ port: harness.rtmpPort, host: "127.0.0.1", localAddress });
      socket.on("error", () => resolve(false));
      socket.on("close", () => resolve(false));
      socket.on("data", () => resolve(true));
      socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1_536)]));
    });

  test("leave some to others", async () => {
    expect([await isLetIn("127.0.0.1"), await isLetIn("127.0.0.1")]).toEqual([true, true]);
    expect(await isLetIn("127.0.0.1")).toBe(false);
    expect(await isLetIn("127.0.0.2")).toBe(true);
    expect(await isLetIn("127.0.0.3")).toBe(false);
  });
});
