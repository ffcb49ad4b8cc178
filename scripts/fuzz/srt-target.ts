import assert from "node:assert";
import { createHmac } from "node:crypto";
import { PublisherTracks } from "../../packages/media/src/broadcast/publisher-tracks.ts";
import { TransportStreamUnits } from "../../packages/media/src/ingest/transport-stream-units.ts";
import { defaultMediaLimits } from "../../packages/media/src/port/limits.ts";
import { MediaError } from "../../packages/media/src/port/media-error.ts";
import { testPort } from "../../packages/media/src/testing/test-port.ts";
import { tsStreams } from "../../packages/media/src/testing/ts-corpus.ts";
import { writeHandshake } from "../../packages/media/src/transport/srt/handshake.ts";
import { CONTROL, writeControl } from "../../packages/media/src/transport/srt/packet.ts";
import { SrtCallers } from "../../packages/media/src/transport/srt/srt-callers.ts";
import { type Chance, type FuzzTarget, mutateBytes } from "./chance.ts";

const FROM = { address: "192.0.2.7", port: 4_000 };
const FIELDS = {
  version: 4,
  encryption: 0,
  extension: 2,
  initialSequence: 5,
  maximumSegment: 1_500,
  flowWindow: 8_192,
  socketId: 77,
  cookie: 0,
};

/**
 * Whatever a transport stream carries, what comes out are units that a publisher may send, or a
 * refusal.
 */
export const tsTarget: FuzzTarget = {
  name: "MPEG-TS",
  next(chance) {
    const bytes = mutateBytes(chance.one(tsStreams), chance, tsStreams);
    const cut = 1 + chance.below(1_400);
    return {
      input: { hex: bytes.toString("hex"), cut },
      run: () => {
        const takes = new Set(["h264", "aac"] as const);
        const tracks = new PublisherTracks({ codecs: takes, several: false });
        const read = (action: () => void): boolean => {
          try {
            action();
            return true;
          } catch (error) {
            if (!(error instanceof MediaError)) throw error;
            return false;
          }
        };
        const feed = new TransportStreamUnits(
          {
            takes,
            configure: (given) => given.forEach((track) => void tracks.configure(track)),
            write: ({ track, dts, pts, key, data }) => {
              assert(Number.isSafeInteger(dts) && Number.isSafeInteger(pts), `${dts} ${pts}`);
              assert(tracks.at(track), "a unit of a track that wasn't described");
              assert(
                data.length > 0 && data.every(({ length }) => length > 0),
                `${track} of nothing`,
              );
              if (key) tracks.changesPicture(track, data);
            },
          },
          64 * 1024,
        );
        for (let at = 0; at < bytes.length; at += cut) {
          if (!read(() => feed.push(bytes.subarray(at, at + cut)))) return;
          if (at % 7 === 3) feed.lose(1 + (at % 5));
        }
        read(() => feed.finish());
      },
    };
  },
};

/**
 * Whatever comes over UDP, nothing is thrown, and a sender that hasn't shown its address is
 * answered with one datagram.
 */
export const srtTarget: FuzzTarget = {
  name: "SRT datagrams",
  next(chance) {
    const seed = chance.below(2 ** 31);
    const steps = Array.from({ length: 2 + chance.below(30) }, () => mutated(chance));
    return {
      input: { seed, steps: steps.map((step) => step.toString("hex")) },
      run: () => exchange(steps),
    };
  },
};

/** Answers are followed, so that mutations reach the states after the cookie. */
async function exchange(steps: readonly Buffer[]): Promise<void> {
  const sent: Buffer[] = [];
  const published: string[] = [];
  const callers = new SrtCallers({
    limits: { ...defaultMediaLimits, connectionsMax: 3 },
    send: (datagram) => sent.push(datagram),
    monotonicMs: () => 1_000,
    port: testPort({
      secretOf: async () => ({ secret: "0123456789", required: false }),
      publish: async (_, name) => {
        published.push(name);
        return {
          takes: new Set(),
          configure: () => undefined,
          write: () => undefined,
          announce: () => undefined,
          end: () => undefined,
        };
      },
    }),
  });
  callers.receive(handshake(FIELDS, 1), FROM);
  const cookie = sent.at(-1)?.readUInt32BE(16 + 28) ?? 0;
  callers.receive(conclusion(cookie), FROM);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(published, ["key"]);
  const socketId = sent.at(-1)?.readUInt32BE(16 + 24) ?? 0;
  for (const step of steps) {
    const before = sent.length;
    // Some are for the connection, some for the listener.
    if (step.length >= 16 && step.length % 3 !== 0) step.writeUInt32BE(socketId, 12);
    if (step.length >= 48 && step.length % 3 === 0) step.writeUInt32BE(cookie, 16 + 28);
    callers.receive(step, FROM);
    assert(sent.length - before <= 2, "a datagram was answered with several");
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert(callers.connections <= 3);
  callers.close();
}

function mutated(chance: Chance): Buffer {
  const all = [handshake(FIELDS, 1), conclusion(9), data(), drop(), keys(), tsStreams[0] ?? data()];
  return mutateBytes(chance.one(all), chance, all);
}

function handshake(fields: typeof FIELDS, type: number): Buffer {
  const body = writeHandshake({ ...fields, type });
  return writeControl({ type: CONTROL.handshake, timestampUs: 0, destination: 0 }, body);
}

function conclusion(cookie: number): Buffer {
  const asked = Buffer.alloc(12);
  asked.writeUInt32BE(0x010504, 0);
  asked.writeUInt32BE(0x3f, 4);
  asked.writeUInt32BE(0x00780078, 8);
  const body = writeHandshake({ ...FIELDS, version: 5, extension: 5, cookie, type: 0xffffffff }, [
    { type: 1, content: asked },
    { type: 5, content: Buffer.from("\0yek") },
  ]);
  return writeControl({ type: CONTROL.handshake, timestampUs: 0, destination: 0 }, body);
}

function data(): Buffer {
  const packet = Buffer.concat([
    Buffer.alloc(16),
    (tsStreams[0] ?? Buffer.alloc(0)).subarray(0, 1_316),
  ]);
  packet.writeUInt32BE(5, 0);
  packet.writeUInt32BE(0xc0000001, 4);
  return packet;
}

function drop(): Buffer {
  const body = Buffer.of(0, 0, 0, 5, 0, 0, 0, 9);
  return writeControl({ type: CONTROL.dropRequest, timestampUs: 0, destination: 0 }, body);
}

function keys(): Buffer {
  const head = Buffer.of(0x12, 0x20, 0x29, 1, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 4, 4);
  const body = Buffer.concat([
    head,
    createHmac("sha512", "any").update("salt").digest().subarray(0, 40),
  ]);
  const { userDefined: type } = CONTROL;
  return writeControl({ type, subtype: 3, timestampUs: 0, destination: 0 }, body);
}
