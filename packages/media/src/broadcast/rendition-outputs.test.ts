import { expect, test } from "vitest";
import { LiveChannel } from "../hls/live-channel.ts";
import type { Rendition } from "../hls/rendition.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { segment } from "../testing/synthetic-media.ts";
import { RenditionOutputs } from "./rendition-outputs.ts";

const rendition = (id: string, codecs: string): Rendition => ({
  id,
  name: id === "chunked" ? "720p30" : id,
  picture: { width: 1280, height: 720, frameRate: 30 },
  codecs,
});
const source = rendition("chunked", "avc1.source");
const best = rendition("720p30", "avc1.best");
const small = rendition("160p30", "avc1.small");

function make(expected: readonly string[]) {
  const live = new LiveChannel(defaultMediaLimits, () => 0);
  const ready: string[] = [];
  const outputs = new RenditionOutputs({
    live,
    listedSegments: undefined,
    recording: undefined,
    onReady: (renditions) => ready.push(...renditions.map(({ id }) => id)),
    onPlayable: () => ready.push("playable"),
  });
  outputs.expect(expected);
  const add = (of: Rendition, ...indexes: number[]): void => {
    for (const index of indexes) {
      outputs.add(of, segment({ index, programDateTimeMs: index * 2_000 }));
    }
  };
  const listed = (id: string): string[] =>
    (live.mediaPlaylist(id) ?? "")
      .split("\n")
      .filter((line) => line.endsWith(".ts") || line === "#EXT-X-DISCONTINUITY");
  return { live, outputs, ready, add, listed };
}

test("nothing is served before every rendition has its first segment, and then all of it", () => {
  const { live, ready, add, listed } = make(["chunked", "160p30"]);
  add(source, 0, 1);
  expect(live.multivariantPlaylist("")).toBeUndefined();
  add(small, 0);
  expect(ready).toEqual(["chunked", "160p30", "playable"]);
  expect(listed("chunked")).toEqual(["0.ts", "1.ts"]);
  expect(listed("160p30")).toEqual(["0.ts"]);
});

test("without its encoder, the source takes the best rendition's place and goes on", () => {
  const { live, outputs, add, listed } = make(["720p30", "160p30"]);
  add(source, 0, 1);
  add(best, 0);
  add(small, 0);
  add(source, 2);
  add(best, 1);
  outputs.fallBack();
  add(source, 3);
  expect(listed("720p30")).toEqual(["0.ts", "1.ts", "#EXT-X-DISCONTINUITY", "2.ts", "3.ts"]);
  expect(live.multivariantPlaylist("")).toMatch(/"avc1\.source".*\n720p30\/playlist.m3u8\n$/);
  expect(live.mediaPlaylist("160p30")).toBeUndefined();
});

test("without its encoder from the beginning, the source is served from its first segment", () => {
  const { outputs, ready, add, listed } = make(["720p30", "160p30"]);
  add(source, 0, 1);
  add(best, 0);
  outputs.fallBack();
  add(source, 2);
  expect(ready).toEqual(["chunked", "playable"]);
  expect(listed("chunked")).toEqual(["0.ts", "1.ts", "2.ts"]);
});

test("where the source is a rendition, the others leave it", () => {
  const { live, outputs, add, listed } = make(["chunked", "160p30"]);
  add(source, 0);
  add(small, 0);
  outputs.fallBack();
  add(source, 1);
  expect(listed("chunked")).toEqual(["0.ts", "1.ts"]);
  expect(live.multivariantPlaylist("")).not.toContain("160p30");
});

test("a date range is in every rendition at the same time, and not in the next broadcast", () => {
  const { live, outputs, add } = make(["720p30", "160p30"]);
  add(source, 0);
  add(best, 0);
  outputs.addDateRange({ id: "lost", startMs: 0, plannedMs: 9_000, scte35Out: Buffer.of(1) });
  add(small, 0);
  outputs.addDateRange({ id: "r", startMs: 2_000, plannedMs: 60_000, scte35Out: Buffer.of(1) });
  add(best, 1);
  expect(live.mediaPlaylist("720p30")).toMatch(/ID="r".*\n.*\n1\.ts/);
  expect(live.mediaPlaylist("160p30")).not.toContain("DATERANGE");
  add(small, 1);
  expect(live.mediaPlaylist("160p30")).toMatch(/ID="r".*\n.*\n1\.ts/);
  expect(live.mediaPlaylist("160p30")).not.toContain("lost");
  const outlet = live.begin([best]);
  outputs.addDateRange({ id: "late", startMs: 4_000, plannedMs: 9_000, scte35Out: Buffer.of(1) });
  outlet.add("720p30", segment({ programDateTimeMs: 4_000 }));
  expect(live.mediaPlaylist("720p30")).not.toContain("DATERANGE");
});
