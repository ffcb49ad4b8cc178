import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { holdMemory, releaseMemory } from "../../runtime/segment-memory.ts";
import { demux } from "../../testing/ts-demuxer.ts";
import { crc32Mpeg } from "./crc32.ts";
import { programMapPacket } from "./program-tables.ts";
import { PID, TICKS_WRAP, TS_PACKET_BYTES } from "./transport-stream.ts";
import { TsMuxer } from "./ts-muxer.ts";

const CLOCK_DELAY_TICKS = 63_000;
const START = Buffer.of(0, 0, 0, 1);
const bytes = (maxLength: number) =>
  fc.uint8Array({ minLength: 1, maxLength }).map((array) => Buffer.from(array));

describe("transport stream muxer", () => {
  test("any units come back whole, with their times, through any number of segments", () => {
    const unit = fc.record({
      kind: fc.constantFrom("video" as const, "audio" as const, "metadata" as const),
      dts: fc.oneof(
        fc.nat(10_000_000),
        fc.integer({ min: TICKS_WRAP - 500, max: TICKS_WRAP + 500 }),
      ),
      offset: fc.nat(9_000),
      keyframe: fc.boolean(),
      body: bytes(1_500),
      endsSegment: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), bytes(60), (units, prefix) => {
        const muxer = new TsMuxer();
        const continuity = new Map<number, number>();
        const found = [];
        for (const { kind, dts, offset, keyframe, body, endsSegment } of units) {
          if (keyframe) {
            muxer.writeTables({ video: true, audio: true });
          }
          if (kind === "video") {
            muxer.writeVideo(dts + offset, dts, keyframe, prefix, [body, body]);
          } else if (kind === "metadata") {
            muxer.writeMetadata(dts, body);
          } else {
            muxer.writeAudio(dts, body);
          }
          if (endsSegment) {
            found.push(...demux(muxer.take(), continuity));
          }
        }
        found.push(...demux(muxer.take(), continuity));
        const key = (unit: { pid: number; pts: number; dts: number; payload: Buffer }): string =>
          `${unit.pid} ${unit.pts} ${unit.dts} ${unit.payload.toString("hex")}`;
        const expected = units.map(({ kind, dts, offset, body }) => ({
          pid: PID[kind],
          pts: (kind === "video" ? dts + offset : dts) % TICKS_WRAP,
          dts: dts % TICKS_WRAP,
          payload: kind === "video" ? Buffer.concat([prefix, START, body, START, body]) : body,
        }));
        expect(found.map(key).sort()).toEqual(expected.map(key).sort());
      }),
    );
  });

  test("video carries the clock and marks where a player may begin", () => {
    const muxer = new TsMuxer();
    muxer.writeVideo(200_000, 190_000, true, Buffer.alloc(0), [Buffer.alloc(500)]);
    muxer.writeVideo(193_000, 193_000, false, Buffer.alloc(0), [Buffer.alloc(500)]);
    const units = demux(muxer.take());
    expect(units.map(({ clock, randomAccess }) => [clock, randomAccess])).toEqual([
      [190_000 - CLOCK_DELAY_TICKS, true],
      [193_000 - CLOCK_DELAY_TICKS, false],
    ]);
  });

  test("segments that were released leave their memory to the next ones", () => {
    const muxer = new TsMuxer();
    const memories = (sizes: readonly number[], isReleased: boolean): number => {
      const segments = sizes.map((bytes) => {
        muxer.writeVideo(0, 0, true, Buffer.alloc(0), [Buffer.alloc(bytes)]);
        const segment = muxer.take();
        holdMemory(segment);
        if (isReleased) releaseMemory(segment);
        return segment.buffer;
      });
      return new Set(segments).size;
    };
    const sizes = Array<number>(20).fill(50_000);
    // One is written while the one before it is read; the first one's memory has another size.
    expect(memories(sizes, true)).toBeLessThanOrEqual(3);
    expect(memories(sizes, false)).toBe(20);
  });

  test("program tables have a valid CRC, and a new version when audio appears", () => {
    for (const packet of [
      programMapPacket({ video: true, audio: false }, 0),
      programMapPacket({ video: true, audio: true }, 1),
      programMapPacket({ video: false, audio: true }, 1),
      programMapPacket({ video: true, audio: true, metadata: true }, 2),
    ]) {
      expect(packet.length).toBe(TS_PACKET_BYTES);
      const length = packet.readUInt16BE(6) & 0x0fff;
      // A CRC over a section that ends in its own CRC is zero.
      expect(crc32Mpeg(packet.subarray(5, 8 + length))).toBe(0);
    }
    expect(crc32Mpeg(Buffer.from("123456789"))).toBe(0x0376e6e7);
  });
});
