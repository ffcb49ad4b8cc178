/*
 * Makes docs/images/denial.webp, which loops: a denied call in a terminal, why and what nearly
 * allowed it in the console, the change that is tried, and the call again. Everything in it is what
 * the built checkout shows: npm run build && npx tsx scripts/denial-pictures.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { DENIED_CALL } from "./tasks/denied-call.ts";
import { Desk } from "./tasks/desk.ts";
import { Effort } from "./tasks/effort.ts";
import { Terminal } from "./tasks/terminal.ts";

const ROOT = join(import.meta.dirname, "..");
const RESULT = join(ROOT, "docs/images/denial.webp");
/** The page's size in the result, and the longest it may be. */
const SIZE = "960:600";
const BYTES_MAX = 2_000_000;

interface Frame {
  readonly path: string;
  readonly seconds: number;
}

const CHANGED = "try a change of the statement that comes near";

/** The steps whose end is shown: for how long, and the text that is scrolled into view. */
const SHOWN: Readonly<Record<string, { readonly seconds: number; readonly text?: RegExp }[]>> = {
  "make the call, which is denied": [{ seconds: 3.5 }],
  "see why": [{ seconds: 5, text: /Almost/ }],
  [CHANGED]: [
    { seconds: 3.5, text: /^Statement to try$/ },
    { seconds: 3.5, text: /^Allowed?$/i },
  ],
  "make the call again": [{ seconds: 3.5 }],
};

async function takeFrames(desk: Desk, folder: string): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  for (const { does, run } of await DENIED_CALL.prepare(desk, new Effort())) {
    const seen = await run();
    if (!(seen instanceof Terminal) && does === CHANGED) await tidyUp(seen);
    for (const { seconds, text } of SHOWN[does] ?? []) {
      const path = join(folder, `${frames.length}.png`);
      if (seen instanceof Terminal) await drawTerminal(desk, seen, path);
      else await takePicture(seen, text, path);
      frames.push({ path, seconds });
    }
  }
  return frames;
}

/** The tried policy in lines, with its verdict and the decision. */
async function tidyUp(page: Page): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name, exact: true }).first();
  await button("Format").click();
  await button("Decide again").click();
  await page.getByText("Checking the policy").first().waitFor({ state: "hidden" });
  await page
    .getByText(/^Allowed?$/i)
    .first()
    .waitFor();
}

/** The calls without the lines that set the key. */
async function drawTerminal(desk: Desk, terminal: Terminal, path: string): Promise<void> {
  const { page } = await desk.browser(new Effort());
  await page.setContent(
    `<body style="background:#111;color:#ddd;margin:40px"><pre style="font:22px/30px monospace;
      width:80ch;white-space:pre-wrap;overflow-wrap:anywhere"></pre>`,
  );
  const lines = terminal.text.split("\n").filter((line) => !line.startsWith("$ export "));
  await page.locator("pre").evaluate((element, text) => {
    element.textContent = text;
  }, lines.join("\n"));
  await page.screenshot({ path });
}

async function takePicture(page: Page, text: RegExp | undefined, path: string): Promise<void> {
  if (text !== undefined) {
    const shown = page.getByText(text).first();
    await shown.evaluate((element) => element.scrollIntoView({ block: "center" }));
  }
  await page.screenshot({ path });
}

function writeLoop(frames: readonly Frame[], folder: string): void {
  const list = join(folder, "frames.txt");
  const lines = frames.map(({ path, seconds }) => `file '${path}'\nduration ${seconds}`);
  // The last one is named twice, or its duration is lost.
  writeFileSync(list, [...lines, `file '${frames.at(-1)?.path}'`, ""].join("\n"));
  execFileSync("ffmpeg", [
    ...["-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", list],
    ...["-vf", `scale=${SIZE}:flags=lanczos`, "-fps_mode", "vfr", "-c:v", "libwebp_anim"],
    ...["-lossless", "0", "-quality", "55", "-loop", "0", RESULT],
  ]);
}

const folder = mkdtempSync(join(tmpdir(), "rolecast-denial-"));
const desk = await Desk.open(ROOT);
try {
  writeLoop(await takeFrames(desk, folder), folder);
} finally {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
}
const { size } = statSync(RESULT);
if (size > BYTES_MAX) throw new Error(`${RESULT} has ${size} bytes`);
process.stdout.write(`denial.webp: ${size} bytes\n`);
