import { describe, expect, test } from "vitest";
import type { LadderPlan } from "../port/ladder.ts";
import { chooseLadder, framesPerStepFrame, type LadderStep } from "./ladder.ts";
import { ladderArguments } from "./ladder-arguments.ts";

const PLAN: LadderPlan = {
  source: { above: 720, below: 480 },
  steps: [
    { height: 720, bitrate: 2_000, fastBitrate: 3_000, audio: "copy" },
    { height: 480, bitrate: 1_000, audio: 64 },
  ],
};
const INSTEAD: LadderPlan = { steps: PLAN.steps, audioOnlyBitrate: 48 };

describe("the steps of a source", () => {
  test.each([
    // The plan's range: the source stays above and below it, not at its ends.
    [721, true, [720, 480]],
    [720, false, [720, 480]],
    [480, false, [480]],
    [479, true, []],
  ])("of %i lines: it stays %s, above %j", (height, keeps, steps) => {
    const ladder = chooseLadder(PLAN, { width: 2_000, height, frameRate: 30 });
    expect(ladder.source).toBe(keeps);
    expect(ladder.steps.map(({ video }) => video?.height)).toEqual(steps);
  });

  test.each([
    ["usual", 1_920, 1_080, [1_280, 720]],
    ["upright", 1_080, 1_920, [720, 1_280]],
    ["nearly 16:9, from both sides", 1_926, 1_080, [1_280, 720]],
    ["nearly 16:9, from both sides", 1_914, 1_080, [1_280, 720]],
    ["a hundredth wider", 1_940, 1_080, [1_292, 720]],
    ["a hundredth narrower", 1_900, 1_080, [1_266, 720]],
    ["of 4:3", 1_440, 1_080, [960, 720]],
    ["square", 1_080, 1_080, [720, 720]],
    ["nearly 16:9 and no wider than itself", 1_278, 720, [1_278, 720]],
  ])("that is %s: %ix%i becomes %j", (_, width, height, size) => {
    const [first] = chooseLadder(INSTEAD, { width, height, frameRate: 30 }).steps;
    expect([first?.video?.width, first?.video?.height]).toEqual(size);
  });

  test.each([
    [30, ["720p30", 30, 2_000], ["480p30", 30, 1_000]],
    [25, ["720p30", 25, 2_000], ["480p30", 25, 1_000]],
    [39, ["720p30", 39, 2_000], ["480p30", 39, 1_000]],
    [40, ["720p60", 40, 3_000], ["480p60", 40, 1_000]],
    [50, ["720p60", 50, 3_000], ["480p30", 25, 1_000]],
    [60, ["720p60", 60, 3_000], ["480p30", 30, 1_000]],
    [120, ["720p60", 120, 3_000], ["480p30", 30, 1_000]],
  ])("at %i frames per second", (frameRate, ...expected) => {
    const { steps } = chooseLadder(INSTEAD, { width: 1_920, height: 1_080, frameRate });
    const named = steps.map(({ name, video }) => [name, video?.frameRate, video?.bitrate]);
    expect(named.slice(0, 2)).toEqual(expected);
    expect(steps.at(-1)).toEqual({ name: "audio_only", video: undefined, audio: 48 });
  });

  test("which are too large: the last all the same, where the source doesn't stay", () => {
    const { steps } = chooseLadder(INSTEAD, { width: 160, height: 90, frameRate: 30 });
    expect(steps[0]).toMatchObject({ name: "480p30", video: { width: 160, height: 90 } });
  });

  test.each([
    [14, 1],
    [44, 1],
    [45, 2],
    [60, 2],
    [120, 4],
  ])("of %i frames per second have one for each %i", (frameRate, frames) => {
    expect(framesPerStepFrame({ width: 1, height: 1, frameRate })).toBe(frames);
  });
});

describe("ffmpeg's arguments", () => {
  const source = { width: 1_920, height: 1_080, frameRate: 60 };
  const step = (width: number, height: number, frameRate: number, audio: "copy" | number) =>
    ({ name: "", video: { width, height, frameRate, bitrate: 1_000 }, audio }) as LadderStep;
  const sound: LadderStep = { name: "audio_only", video: undefined, audio: 64 };
  const args = (steps: readonly LadderStep[], hasAudio = true, forcing = "source" as const) =>
    ladderArguments(steps, source, hasAudio, forcing).join(" ");

  test("read FLV from a pipe at once, with their own clock, and write it to others", () => {
    const all = args([step(1_280, 720, 60, "copy"), step(640, 360, 30, 64), sound]);
    const whitelist = "-protocol_whitelist \\S+";
    const read = `-threads 2 -analyzeduration 500000 ${whitelist} -copyts -f flv -i pipe:0`;
    expect(all).toMatch(new RegExp(`^${read} -filter_complex `));
    const written = `-flush_packets 1 -flvflags no_duration_filesize -f flv ${whitelist}`;
    for (const pipe of [3, 4, 5]) expect(all).toMatch(new RegExp(`${written} pipe:${pipe}`));
    expect(all).toContain("[0:v:0]split=2[s0][s1];[s0]scale=");
    expect(all).toContain("[v0];[s1]select='key+gte(n-prev_selected_n,2)',scale=");
    expect(all).toContain("pad=640:360:(ow-iw)/2:(oh-ih)/2[v1]");
    expect(all).toContain(
      "-map [v0] -c:v libx264 -preset superfast -pix_fmt yuv420p -bf 0 -sc_threshold 0 -g 1800 " +
        "-force_key_frames source -forced-idr 1 -enc_time_base 1/1000 " +
        "-b:v 1000 -maxrate 1000 -bufsize 2000 -threads 4 -map 0:a:0 -c:a copy ",
    );
    expect(all).toContain("-threads 1 -map 0:a:0 -c:a aac -b:a 64 -ac 2 -flush");
    expect(all).toContain("-vn -map 0:a:0 -c:a aac -b:a 64 -ac 2 -flush");
  });

  test("leave out sound that there isn't, and make keyframes by the clock if they must", () => {
    const all = ladderArguments([step(640, 361, 60, 64)], source, false, "clock").join(" ");
    expect(all).toContain("-force_key_frames expr:gte(t,n_forced*2) ");
    expect(all).toContain("-threads 2 -an -flush");
    expect(all).not.toContain("select=");
  });
});
