import { expect, test } from "vitest";
import { MediaError } from "../port/media-error.ts";
import type { MediaUnit } from "../port/media-unit.ts";
import { aacConfig, avcConfig, otherAvcConfig, picture } from "../testing/synthetic-media.ts";
import { ForwardedPublisher } from "./forwarded-publisher.ts";

const SIZE = { pixelsMax: 1_280 * 720, edgeMax: 1_280 };
const SOURCE_LIMITS = { ...SIZE, bitrates: [{ ...SIZE, bitrateMax: 1_000_000 }] };
const SOUND = { kind: "audio", codec: "aac", id: 1, clockHz: 1_000 } as const;
const PICTURE = { kind: "video", codec: "h264", id: 0, clockHz: 1_000 } as const;
const FRAME_MS = 100;

/** A publisher that sends a tenth of a second at a time, as `unit` has it, until it is refused. */
function endOf(unit: (frame: number) => Partial<MediaUnit>, { sound = true, config = avcConfig }) {
  let nowMs = 0;
  const heard: string[] = [];
  const options = {
    ...{ sourceLimits: SOURCE_LIMITS, tracksDeadlineMs: 10_000, monotonicMs: () => nowMs },
    feed: {
      takes: new Set(["h264", "aac"] as const),
      configure: () => undefined,
      write: () => undefined,
      end: (_message: string, fault?: string) => heard.push(`ended: ${fault}`),
    },
    publisher: {
      ...{ id: "r1", remoteAddress: "::1", secure: true, open: true },
      disconnect: () => undefined,
      fail: (error: unknown) => {
        throw error;
      },
    },
    onReady: () => heard.push("ready"),
    onOver: () => undefined,
  };
  const sink = new ForwardedPublisher(options);
  try {
    sink.configure([
      { ...PICTURE, config: config.record },
      ...(sound ? [{ ...SOUND, config: aacConfig.record }] : []),
    ]);
    for (let frame = 0; frame < 150; frame += 1, nowMs += FRAME_MS) {
      const at = frame * FRAME_MS;
      const first = { track: 0, dts: at, pts: at, key: frame % 10 === 0, data: picture(false) };
      sink.write({ ...first, ...unit(frame) });
      if (sound) sink.write({ track: 1, dts: at, pts: at, key: true, data: [Buffer.alloc(40)] });
      sink.sweep(nowMs);
    }
    sink.end("publisher-finished", "");
  } catch (error) {
    expect(error).toBeInstanceOf(MediaError);
    sink.end("unsupported-media", "");
  }
  return heard;
}

test.each([
  ["is taken", () => ({}), {}, ["ready", "ended: undefined"]],
  [
    "with B-frames",
    (n: number) => ({ pts: n * 100 + (n % 2) * 300 }),
    {},
    ["ready", "ended: b-frames"],
  ],
  ["above its rate", () => ({ data: picture(false, 20_000) }), {}, ["ready", "ended: bitrate"]],
  ["of a large picture", () => ({}), { config: otherAvcConfig }, ["ended: resolution"]],
  ["without sound", () => ({}), { sound: false }, ["ended: input"]],
  ["without keyframes", () => ({ key: false }), {}, ["ended: input"]],
] as const)("a publisher %s", (_what, unit, media, heard) => {
  expect(endOf(unit, media)).toEqual(heard);
});
