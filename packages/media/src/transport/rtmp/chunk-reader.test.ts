import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MediaError } from "../../port/media-error.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { encodeMessage, uint32 } from "./chunk-writer.ts";
import { MESSAGE } from "./message-type.ts";

const LIMITS = { chunkStreamsMax: 64, messageBytesMax: 64 * 1024 };

interface Received {
  readonly type: number;
  readonly stream: number;
  readonly timestampMs: number;
  readonly payload: string;
}

function collect(limits = LIMITS): { readonly reader: ChunkReader; readonly received: Received[] } {
  const received: Received[] = [];
  const reader = new ChunkReader(limits, (type, stream, timestampMs, payload) =>
    received.push({ type, stream, timestampMs, payload: payload.toString("hex") }),
  );
  return { reader, received };
}

function read(...parts: readonly Buffer[]): Received[] {
  const { reader, received } = collect();
  for (const part of parts) {
    reader.push(part);
  }
  return received;
}

const message = fc.record({
  chunkStream: fc.oneof(
    fc.integer({ min: 3, max: 63 }),
    fc.integer({ min: 64, max: 319 }),
    fc.integer({ min: 320, max: 65_599 }),
  ),
  type: fc.constantFrom<number>(MESSAGE.audio, MESSAGE.video, MESSAGE.commandAmf0),
  stream: fc.nat(),
  timestampMs: fc.oneof(fc.nat(0xffffff), fc.integer({ min: 0xffffff, max: 0xffffffff })),
  payload: fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
});

describe("chunk reader", () => {
  test("reads what is written, for any chunk size, chunk stream, timestamp and cutting into reads", () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.integer({ min: 1, max: 900 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (messages, chunkSize, cuts) => {
          const bytes = Buffer.concat([
            encodeMessage(2, MESSAGE.setChunkSize, 0, uint32(chunkSize)),
            ...messages.map((m) =>
              encodeMessage(m.chunkStream, m.type, m.stream, m.payload, {
                chunkSize,
                timestampMs: m.timestampMs,
              }),
            ),
          ]);
          const { reader, received } = collect();
          for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
            const length = cuts[turn % cuts.length] ?? 1;
            reader.push(bytes.subarray(offset, offset + length));
            offset += length;
          }
          expect(received).toEqual(
            messages.map(({ type, stream, timestampMs, payload }) => ({
              type,
              stream,
              timestampMs,
              payload: payload.toString("hex"),
            })),
          );
        },
      ),
    );
  });

  test("any bytes end in messages or in a typed error", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (parts) => {
        try {
          read(...parts.map((part) => Buffer.from(part)));
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("headers of types 1, 2 and 3 take over what they leave out and add their delta", () => {
    const first = encodeMessage(4, MESSAGE.audio, 1, Buffer.of(1), { timestampMs: 1_000 });
    const received = read(
      first,
      Buffer.of(0x44, 0, 0, 20, 0, 0, 2, MESSAGE.audio, 7, 8),
      Buffer.of(0x84, 0, 0, 23, 5, 6),
      Buffer.of(0xc4, 9, 9),
    );
    expect(received.map(({ timestampMs, payload }) => [timestampMs, payload])).toEqual([
      [1_000, "01"],
      [1_020, "0708"],
      [1_043, "0506"],
      [1_066, "0909"],
    ]);
  });

  test("interleaved messages of two chunk streams come out whole", () => {
    const video = encodeMessage(6, MESSAGE.video, 1, Buffer.alloc(200, 0xaa));
    const audio = encodeMessage(4, MESSAGE.audio, 1, Buffer.alloc(3, 0xbb));
    const cut = 12 + 128;
    const received = read(video.subarray(0, cut), audio, video.subarray(cut));
    expect(received.map(({ type }) => type)).toEqual([MESSAGE.audio, MESSAGE.video]);
    expect(received[1]?.payload).toBe("aa".repeat(200));
  });

  test("an abort drops the message that it names, and an empty one nothing", () => {
    const video = encodeMessage(6, MESSAGE.video, 1, Buffer.alloc(200, 0xaa));
    const received = read(
      video.subarray(0, 12 + 128),
      encodeMessage(2, MESSAGE.abort, 0, Buffer.alloc(0)),
      encodeMessage(2, MESSAGE.abort, 0, uint32(6)),
      encodeMessage(6, MESSAGE.video, 1, Buffer.of(1)),
    );
    expect(received.map(({ payload }) => payload)).toEqual(["01"]);
  });

  test.for([
    ["chunk size 0", "protocol", [encodeMessage(2, MESSAGE.setChunkSize, 0, uint32(0))]],
    ["a chunk size of 2 GiB", "protocol", [encodeMessage(2, 1, 0, uint32(0x80000000))]],
    ["an empty chunk size", "protocol", [encodeMessage(2, 1, 0, Buffer.alloc(0))]],
    ["a continuation of nothing", "protocol", [Buffer.of(0xc9)]],
    ["a delta to nothing", "protocol", [Buffer.of(0x89, 0, 0, 1)]],
    ["a message of 16 MiB", "limit", [Buffer.of(3, 0, 0, 0, 0xff, 0xff, 0xff, 9, 0, 0, 0, 0)]],
    [
      "65 chunk streams",
      "limit",
      Array.from({ length: 65 }, (_, id) => encodeMessage(3 + id, 9, 0, Buffer.of(1))),
    ],
    [
      "many half-sent messages",
      "limit",
      Array.from({ length: 4 }, (_, id) =>
        Buffer.of(3 + id, 0, 0, 0, 0, 0xff, 0xff, 9, 0, 0, 0, 0).subarray(0),
      ).map((header) => Buffer.concat([header, Buffer.alloc(128)])),
    ],
  ] as const)("%s is a %s error", ([, code, parts]) => {
    expect(() => read(...parts)).toThrow(expect.objectContaining({ code }));
  });
});
