import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SourcePacket } from "./packet-history.ts";
import { SourceLayer } from "./source-layer.ts";
import { TrackRewriter } from "./track-rewriter.ts";

const CLOCK_HZ = 90_000;
const PICTURE_TICKS = 3_000;
const PACKETS_OF_PICTURE = 3;

/** A layer, or a publisher: it numbers its packets and its time from anywhere. */
class Encoder {
  readonly layer: SourceLayer;
  #sequence: number;
  #timestamp: number;
  #count = 0;

  constructor(name: string, sequence: number, timestamp: number) {
    const askKeyframe = (): void => {};
    this.layer = new SourceLayer({ kind: "video", name, clockHz: CLOCK_HZ, askKeyframe });
    this.#sequence = sequence;
    this.#timestamp = timestamp;
  }

  next(): SourcePacket {
    const marker = this.#count % PACKETS_OF_PICTURE === PACKETS_OF_PICTURE - 1;
    const packet = {
      ...{ sequence: this.#sequence, timestamp: this.#timestamp, marker },
      ...{ payload: Buffer.of(1, 2, 3), beginsKeyframe: true },
    };
    this.#count += 1;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + (marker ? PICTURE_TICKS : 0)) >>> 0;
    return packet;
  }
}

const wrapping = (bits: number) =>
  fc.oneof(fc.integer({ min: 2 ** bits - 40, max: 2 ** bits - 1 }), fc.nat(2 ** bits - 1));
const encoders = fc.array(fc.record({ sequence: wrapping(16), timestamp: wrapping(32) }), {
  minLength: 1,
  maxLength: 4,
});
const steps = fc.array(
  fc.record({
    fate: fc.constantFrom("sent", "sent", "sent", "lost", "late", "switch", "pause"),
    which: fc.nat(3),
    waitMs: fc.nat(40),
  }),
  { minLength: 20, maxLength: 120 },
);

describe("what a subscriber is sent", () => {
  test("has no number twice and no gap of our own, and its time goes on", () => {
    fc.assert(
      fc.property(encoders, steps, wrapping(16), (made, fates, before) => {
        const sources = made.map(
          ({ sequence, timestamp }, index) => new Encoder(String(index), sequence, timestamp),
        );
        const rewriter = new TrackRewriter(before);
        const sent = new Map<number, number>();
        /** Numbers of the source that were missing when a later one was sent. */
        let missing = 0;
        let late: { encoder: Encoder; packet: SourcePacket } | undefined;
        let nowMs = 0;
        let highest: number | undefined;
        let current = sources[0];
        let isFirst = true;
        let reused = false;
        let unfound = false;
        const put = (encoder: Encoder, packet: SourcePacket): void => {
          encoder.layer.history.add(packet, nowMs);
          const place = rewriter.place(encoder.layer, packet, nowMs);
          if (place === undefined) return;
          const step = highest === undefined ? 1 : ((place.sequence - highest) << 16) >> 16;
          const number = (highest ?? place.sequence - 1) + step;
          reused ||= sent.has(number);
          if (step > 0) missing += step - 1;
          sent.set(number, place.timestamp);
          highest = Math.max(highest ?? number, number);
          const kept = rewriter.find(place.sequence);
          unfound ||= kept?.packet !== packet || kept.place.timestamp !== place.timestamp;
        };
        let lost = 0;
        for (const { fate, which, waitMs } of fates) {
          nowMs += waitMs;
          const encoder = current;
          if (encoder === undefined) throw new Error("there is one");
          if (fate === "switch" || isFirst) {
            isFirst = false;
            const next = sources[which % sources.length] ?? encoder;
            const packet = next.next();
            current = next;
            late = undefined;
            rewriter.switchTo(next.layer, packet, nowMs);
            put(next, packet);
          } else if (fate === "pause") {
            rewriter.pause();
            isFirst = true;
          } else {
            const packet = encoder.next();
            if (fate === "sent") {
              put(encoder, packet);
              if (late !== undefined) put(late.encoder, late.packet);
              late = undefined;
            } else {
              lost += 1;
              late = fate === "late" ? { encoder, packet } : late;
            }
          }
        }
        const inOrder = [...sent].sort(([a], [b]) => a - b);
        const times = inOrder.map(([, timestamp]) => timestamp);
        const goesBack = times.some((time, at) => ((time - (times[at - 1] ?? time)) | 0) < 0);
        const [first = before + 1] = inOrder[0] ?? [];
        expect({ reused, unfound, goesBack, first: first & 0xffff }).toEqual({
          ...{ reused: false, unfound: false, goesBack: false },
          first: (before + 1) & 0xffff,
        });
        expect(missing).toBeLessThanOrEqual(lost);
      }),
      { numRuns: 100 },
    );
  });

  test("goes on by the senders' clocks where these are known", () => {
    const [low, high] = [new Encoder("low", 10, 1_000), new Encoder("hi", 900, 500_000)];
    low.layer.clock = { wallMs: 5_000, timestamp: 1_000, atMs: 0 };
    // Half a second later than the first packet of the other layer, which took longer on its way.
    high.layer.clock = { wallMs: 5_500, timestamp: 500_000, atMs: 0 };
    const rewriter = new TrackRewriter(0);
    const [first, second] = [low.next(), high.next()];
    rewriter.switchTo(low.layer, first, 0);
    const before = rewriter.place(low.layer, first, 0);
    rewriter.switchTo(high.layer, second, 700);
    const after = rewriter.place(high.layer, second, 700);
    expect((after?.timestamp ?? 0) - (before?.timestamp ?? 0)).toBe(CLOCK_HZ / 2);
  });

  test("survives a source that begins anew", () => {
    const encoder = new Encoder("", 100, 0);
    const rewriter = new TrackRewriter(7);
    rewriter.switchTo(encoder.layer, encoder.next(), 0);
    const packet = { ...encoder.next(), sequence: 40_000 };
    expect(rewriter.place(encoder.layer, packet, 20)?.sequence).toBe(8);
  });
});
