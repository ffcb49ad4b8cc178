import { expect, test } from "vitest";
import type { MediaUnit, TrackConfig } from "../../../port/media-unit.ts";
import { UnitFeed } from "./unit-feed.ts";

const CLOCK_HZ = 90_000;
const BYTES_MAX = 8 * 1024 * 1024;
const FRAME_MS = 40;
const VIDEO: TrackConfig = {
  id: 0,
  kind: "video",
  codec: "h264",
  clockHz: CLOCK_HZ,
  config: undefined,
};
const AUDIO: TrackConfig = {
  id: 1,
  kind: "audio",
  codec: "aac",
  clockHz: CLOCK_HZ,
  config: undefined,
};

const ticks = (ms: number) => (ms * CLOCK_HZ) / 1_000;
const unit = (track: number, ms: number): MediaUnit => {
  const data = [Buffer.alloc(1_000)];
  return { track, dts: ticks(ms), pts: ticks(ms), key: true, data };
};

/** A feed that has pictures of so many milliseconds, and sound that isn't converted yet. */
function withoutSoundFor(ms: number, isHeard = true) {
  const given: string[] = [];
  const sink = {
    configure: ([track]: readonly TrackConfig[]) => void given.push(`${track?.kind} begins`),
    write: ({ track, dts }: MediaUnit) => void given.push(`${track} at ${dts / 90}`),
  };
  const feed = new UnitFeed(sink as never, BYTES_MAX, true, 0);
  feed.configure(VIDEO, 0);
  for (let at = 0; at < ms; at += FRAME_MS) {
    feed.picture(unit(VIDEO.id, at));
    if (isHeard) feed.heard(at);
    feed.tick(at);
  }
  return { feed, given };
}

test.each([200, 1_500, 4_000])("pictures wait %i ms for the converter's first sound", (ms) => {
  const { feed, given } = withoutSoundFor(ms);
  expect(given).toEqual([]);
  feed.configure(AUDIO, 0);
  for (let at = 0; at <= ms; at += FRAME_MS) feed.sound(unit(AUDIO.id, at), ms);
  expect(given.slice(0, 4)).toEqual(["audio begins", "1 at 0", "video begins", "0 at 0"]);
  const times = given.flatMap((one) => (one.includes(" at ") ? Number(one.slice(5)) : []));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeGreaterThanOrEqual(ms - FRAME_MS);
});

test("pictures don't wait for sound that isn't sent, nor for ever for a converter", () => {
  expect(withoutSoundFor(1_900, false).given).toEqual([]);
  expect(withoutSoundFor(2_400, false).given).toContain("0 at 0");
  expect(withoutSoundFor(4_900).given).toEqual([]);
  expect(withoutSoundFor(5_500).given).toContain("0 at 0");
});

test("once sound has caught up, pictures wait for a second of it", () => {
  const { feed, given } = withoutSoundFor(3_000);
  feed.configure(AUDIO, 0);
  for (let at = 0; at < 3_000; at += FRAME_MS) feed.sound(unit(AUDIO.id, at), 3_000);
  for (let at = 3_000; at < 4_200; at += FRAME_MS) feed.picture(unit(VIDEO.id, at));
  expect(given).toContain("0 at 3000");
});
