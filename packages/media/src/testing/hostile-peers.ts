import { amf0Object } from "../container/flv/amf0.ts";
import { encodeMessage, uint32 } from "../transport/rtmp/chunk-writer.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";
import { asTrack } from "./films.ts";
import type { RtmpClient } from "./rtmp-client.ts";
import {
  audioBody,
  audioConfigBody,
  otherAvcRecord,
  videoBody,
  videoConfigBody,
} from "./synthetic-media.ts";

/**
 * Bytes that somebody might send, how far into a session, and the server's words when it ends the
 * connection.
 */
export interface HostilePeer {
  readonly name: string;
  readonly reason: string;
  readonly attack: (client: RtmpClient) => unknown;
}

const { audio, video, commandAmf0 } = MESSAGE;
type Attack = HostilePeer["attack"];

const after =
  (prelude: (client: RtmpClient) => Promise<unknown>) =>
  (attack: Attack): Attack =>
  async (client) => {
    await prelude(client);
    return attack(client);
  };
const handshaken = after((client) => client.handshake());
const connected = after(async (client) => {
  await client.handshake();
  await client.connectApp();
});
const publishing = (key: string) => after((client) => client.publish(key));
const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
/** Repeatable, and without structure. */
const noise = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * i * 73 + i * 11) & 0xff));

/** Asks for answers and never reads one, until the server has enough of it. */
export async function floodWithPings(client: RtmpClient): Promise<void> {
  client.socket.pause();
  const ping = encodeMessage(2, MESSAGE.userControl, 0, bytes(0, 6, 1, 2, 3, 4));
  const flood = Buffer.concat(Array.from({ length: 5_000 }, () => ping));
  while (!client.closed && !client.socket.destroyed) {
    await new Promise((resolve) => client.socket.write(flood, resolve));
  }
}

/** 65,537 bytes after the beginning that every video or audio tag has. */
function longHeader(body: Buffer, tagBytes: number): Buffer {
  return Buffer.concat([body, Buffer.alloc(65_537 + tagBytes - body.length)]);
}

/** Sizes that differ with each keyframe, and so a segment and an init section for each. */
function changingHeaders(client: RtmpClient): void {
  for (let timeMs = 0; timeMs < 400; timeMs += 2) {
    const record = timeMs % 4 === 0 ? undefined : otherAvcRecord;
    client.send(6, video, videoConfigBody(record), timeMs);
    client.send(6, video, videoBody(true), timeMs);
  }
}

function onlyAudio(client: RtmpClient): void {
  const timer = setInterval(() => client.send(4, audio, audioBody), 100);
  client.socket.on("close", () => clearInterval(timer));
}

function manyChunkStreams(client: RtmpClient): void {
  for (let id = 3; id < 70; id += 1) {
    client.socket.write(encodeMessage(id, audio, 1, bytes(1)));
  }
}

const table: readonly (readonly [string, string, Attack])[] = [
  [
    "random bytes instead of a handshake",
    "RTMP version 90 is not 3",
    (c) => c.socket.write(Buffer.alloc(4_000, 0x5a)),
  ],
  [
    "random bytes after the handshake",
    "a message announces 5801542 bytes",
    handshaken((c) => c.socket.write(noise)),
  ],
  [
    "a message of 16 MiB before it may publish",
    "a message announces 16777215 bytes",
    handshaken((c) => c.socket.write(bytes(3, 0, 0, 0, 0xff, 0xff, 0xff, commandAmf0, 0, 0, 0, 0))),
  ],
  [
    "a message of 200 KiB before it may publish",
    "a message announces 204800 bytes",
    handshaken((c) => c.send(3, commandAmf0, Buffer.alloc(200 * 1024))),
  ],
  [
    "a message of 9 MiB while it publishes",
    "a message announces 9437184 bytes",
    publishing("huge")((c) => c.socket.write(bytes(6, 0, 0, 0, 0x90, 0, 0, video, 1, 0, 0, 0))),
  ],
  [
    "an unknown AMF0 marker",
    "AMF0 marker 119 is unknown",
    handshaken((c) => c.send(3, commandAmf0, bytes(0x77))),
  ],
  [
    "a chunk size of 0",
    "chunk size 0 is not between 1 and 16777215",
    handshaken((c) => c.send(2, MESSAGE.setChunkSize, uint32(0))),
  ],
  [
    "connect twice",
    "connect was sent twice",
    connected((c) => c.command("connect", 2, amf0Object({ app: "app" }))),
  ],
  [
    "connect with booleans for names",
    'the application is not "app"',
    handshaken((c) => c.command("connect", 1, amf0Object({ app: true, tcUrl: false }))),
  ],
  [
    "connect without anything",
    'the application is not "app"',
    handshaken((c) => c.command("connect")),
  ],
  [
    "connect to another application",
    'the application is not "app"',
    handshaken((c) => c.connectApp("live")),
  ],
  [
    "publish with a boolean for the name",
    "publish came out of turn or without a stream key",
    connected((c) => c.command("publish", 2, null, true)),
  ],
  [
    "publish without a name",
    "publish came out of turn or without a stream key",
    connected((c) => c.command("publish", 2, null)),
  ],
  [
    "publish before connect",
    "publish came out of turn or without a stream key",
    handshaken((c) => c.command("publish", 1, null, "key", "live")),
  ],
  [
    "publish twice",
    "publish came out of turn or without a stream key",
    publishing("twice")((c) => c.command("publish", 9, null, "twice-again", "live")),
  ],
  ["an empty key", "the stream key is missing", (c) => c.publish("?priority=3")],
  [
    "a priority of 0",
    "the priority is not a number from 1 to 2147483647",
    (c) => c.publish("key?priority=0"),
  ],
  [
    "a priority beyond 32 bits",
    "the priority is not a number from 1 to 2147483647",
    (c) => c.publish("key?priority=9999999999"),
  ],
  [
    "play",
    "this is an ingest server: nothing can be played here",
    connected((c) => c.command("play", 2, null, "key")),
  ],
  ["65 chunk streams", "more than 64 chunk streams", handshaken(manyChunkStreams)],
  [
    "an aggregate inside an aggregate",
    "an aggregate message is malformed",
    publishing("aggregate")((c) =>
      c.send(4, MESSAGE.aggregate, bytes(MESSAGE.aggregate, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ),
  ],
  [
    "HEVC by enhanced RTMP",
    "enhanced RTMP video (hvc1) is not supported: publish H.264",
    publishing("hevc")((c) => c.send(6, video, Buffer.from("\x90hvc1....", "latin1"))),
  ],
  [
    "VP6 video",
    "FLV video codec 4 is not supported: publish H.264",
    publishing("vp6")((c) => c.send(6, video, bytes(0x14, 1, 2, 3, 4, 5))),
  ],
  [
    "MP3 audio",
    "FLV audio codec 2 is not supported: publish AAC",
    publishing("mp3")((c) => c.send(4, audio, bytes(0x2f, 1, 2))),
  ],
  [
    "a broken AVC sequence header",
    "the AVC sequence header is malformed",
    publishing("broken")((c) => c.send(6, video, bytes(0x17, 0, 0, 0, 0, 1, 0x64))),
  ],
  [
    "a video sequence header of more than 64 KiB",
    "the video sequence header has 65537 bytes: 65536 are allowed",
    publishing("long-header")((c) => c.send(6, video, longHeader(videoConfigBody(), 5))),
  ],
  [
    "an audio sequence header of more than 64 KiB",
    "the audio sequence header has 65537 bytes: 65536 are allowed",
    publishing("long-audio-header")((c) => c.send(4, audio, longHeader(audioConfigBody, 2))),
  ],
  [
    "a second video track where one is taken",
    "this channel takes one video track",
    publishing("second-track")((c) =>
      c.send(6, video, asTrack(1, { type: video, timestampMs: 0, body: videoConfigBody() }).body),
    ),
  ],
  [
    "another configuration with each keyframe",
    "the encoder's configuration changes too often",
    publishing("changing")(changingHeaders),
  ],
  [
    "the same in fragments",
    "the encoder's configuration changes too often",
    publishing("changing-fmp4")(changingHeaders),
  ],
  [
    "a NAL unit longer than its message",
    "a NAL unit is cut short",
    publishing("nal")((c) => {
      c.send(6, video, videoConfigBody());
      c.send(6, video, bytes(0x17, 1, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0x65));
    }),
  ],
  ["silence", "nothing published within 1.5 s", () => undefined],
  [
    "half a handshake and silence",
    "nothing published within 1.5 s",
    (c) => c.socket.write(Buffer.alloc(700, 3)),
  ],
  ["a handshake and silence", "nothing published within 1.5 s", (c) => c.handshake()],
  ["an accepted publisher's silence", "no media for 1.5 s", (c) => c.publish("silent")],
  [
    "audio without video",
    "no video came: audio-only streams are not supported",
    publishing("audio-only")(onlyAudio),
  ],
];

/** For an engine whose publish and idle deadlines are 1.5 s, and whose video deadline is longer. */
export const hostilePeers: readonly HostilePeer[] = table.map(([name, reason, attack]) => ({
  name,
  reason,
  attack,
}));
