/*
 * Puts the pictures of the console that the docs show into docs/images, out of those that its tests
 * took (`npm run test:console`): npx tsx scripts/console-pictures.ts
 */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** The docs' name, and the tests'. */
const PICTURES: Readonly<Record<string, string>> = {
  "console-overview": "overview-live",
  "console-live": "live",
  "console-recording": "recording",
  "console-role": "service-linked-role",
};
/** 256 colours are enough for a page, and a quarter of the bytes. */
const PALETTE = "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=none";

for (const [shown, taken] of Object.entries(PICTURES)) {
  const from = join(ROOT, ".cache/console", `${taken}.png`);
  const to = join(ROOT, "docs/images", `${shown}.webp`);
  const lossless = ["-c:v", "libwebp", "-lossless", "1", "-compression_level", "6"];
  execFileSync("ffmpeg", ["-v", "error", "-y", "-i", from, "-vf", PALETTE, ...lossless, to]);
  process.stdout.write(`${shown}.webp: ${statSync(to).size} bytes\n`);
}
