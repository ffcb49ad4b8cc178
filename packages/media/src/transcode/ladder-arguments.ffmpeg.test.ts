import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { flvFiles } from "../testing/corpus.ts";
import { hasFfmpeg } from "../testing/engine-harness.ts";
import { ladderArguments } from "./ladder-arguments.ts";

const EDGE_PIXELS = 4;
/** The pictures of the corpus have 64x64 pixels. */
const [film] = flvFiles;

/**
 * The part of the film's first picture that a step of this size shows: luma of each column in the
 * middle row, or undefined.
 */
function middleRow(width: number, height: number): Buffer {
  const video = { width, height, frameRate: 30, bitrate: 400_000 };
  const step = { name: "step", video, audio: 48_000 };
  const args = ladderArguments([step], { width, height, frameRate: 30 }, true, "source");
  const stdio = ["pipe", "pipe", "pipe", "pipe"] as const;
  const ladder = spawnSync("ffmpeg", ["-v", "error", ...args], { input: film, stdio: [...stdio] });
  expect(ladder.stderr.toString()).toBe("");
  const raw = ["-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"];
  const input = ladder.output[3] ?? undefined;
  const shown = spawnSync("ffmpeg", ["-v", "error", "-i", "-", ...raw], { input });
  expect(shown.stdout).toHaveLength(width * height);
  return shown.stdout.subarray((width * height) / 2).subarray(0, width);
}

describe.skipIf(!hasFfmpeg)("a step of a ladder (skipped where ffmpeg is not installed)", () => {
  test.for([
    ["of the picture's shape is filled", 160, 160, 0],
    ["of nearly its shape is filled", 162, 160, 0],
    ["of another shape has bars beside the picture", 284, 160, 62],
  ] as const)("%s", ([, width, height, barPixels]) => {
    const row = [...middleRow(width, height)];
    const isBlack = row.map((luma) => luma < 24);
    // The encoder blurs the edge.
    const bar = Math.max(0, barPixels - EDGE_PIXELS);
    expect(isBlack.slice(0, bar)).not.toContain(false);
    expect(isBlack.slice(width - bar)).not.toContain(false);
    expect(isBlack.slice(barPixels, barPixels + 3 * EDGE_PIXELS)).toContain(false);
  });
});
