import { spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { hasFfmpeg } from "../testing/engine-harness.ts";
import { CARD, COLOURS, testCard } from "./test-card.ts";
import { TestPicture } from "./test-picture.ts";

const START_MS = Date.UTC(2026, 1, 7, 18, 13, 59);
const SECONDS = 3;
const CELL = 16;
const WIDTH = CELL * CARD.columns;
const PIXELS = WIDTH * CELL * CARD.rows;
/** Colours are sampled half as often, both ways. */
const FRAME_BYTES = 1.5 * PIXELS;

describe.skipIf(!hasFfmpeg)("the test picture (skipped where ffmpeg isn't installed)", () => {
  test("is decoded into exactly its cells, picture by picture, without a complaint", async () => {
    const picture = new TestPicture(START_MS);
    const pictures = Array.from({ length: 30 * SECONDS }, (_, frame) =>
      picture.until(START_MS + Math.ceil((frame * 1_000) / 30)),
    );
    const decoder = spawn("ffmpeg", [
      ...["-v", "warning", "-f", "flv", "-i", "pipe:0", "-fps_mode", "passthrough"],
      ...["-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"],
    ]);
    decoder.stdin.end(Buffer.concat([picture.head(), ...pictures]));
    const [film, complaints] = await Promise.all([buffer(decoder.stdout), text(decoder.stderr)]);
    expect(complaints).toBe("");
    expect(film.length).toBe(30 * SECONDS * FRAME_BYTES);
    for (let frame = 0; frame < 30 * SECONDS; frame += 1) {
      const card = testCard(START_MS + Math.round((frame * 1_000) / 30));
      const wanted = [...card].map((cell) => COLOURS[cell]?.luma);
      expect([...card].map((_, cell) => lumaOf(film, frame, cell))).toEqual(wanted);
    }
  });
});

/** The brightness in the middle of a cell. */
function lumaOf(film: Buffer, frame: number, cell: number): number | undefined {
  const row = Math.floor(cell / CARD.columns) * CELL + CELL / 2;
  const column = (cell % CARD.columns) * CELL + CELL / 2;
  return film[frame * FRAME_BYTES + row * WIDTH + column];
}
