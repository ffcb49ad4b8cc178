/**
 * CPU of a composition of 720p at 30 frames per second, compared with one ffmpeg whose filter
 * graph makes the same picture of the same films, both in real time and at the same time, so that
 * other load hits them alike: `tsx bench/compositions.ts [SECONDS] [PARTICIPANTS …]`.
 *
 * Ours is the engine's process with its ffmpegs: decoders, drawing, encoder, the channel's
 * segments. The graph can't let participants come and go, and throws its output away. Needs ffmpeg
 * and Linux; nothing is asserted.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { layOut } from "../packages/media/src/compositor/layout.ts";
import type { CastMember } from "../packages/media/src/port/composition-layout.ts";
import { encodedFilm } from "../packages/media/src/testing/encoded-film.ts";
import { EngineHarness } from "../packages/media/src/testing/engine-harness.ts";
import { FlvLoop } from "../packages/media/src/testing/flv-loop.ts";
import { PlayedStage } from "../packages/media/src/testing/played-stage.ts";
import { cpuSeconds, pause } from "./media-ingest/bench-processes.ts";

const [given = "20", ...counts] = process.argv.slice(2);
const seconds = Number(given);
const participants = counts.length > 0 ? counts.map(Number) : [1, 2, 4];
const WARM_UP_MS = 5_000;
const PICTURE = { width: 1_280, height: 720, frameRate: 30, bitrate: 2_500_000 };
const LAYOUT = {
  ...({ kind: "grid", omitsStopped: false, gap: 0, aspect: 16 / 9 } as const),
  ...({ fill: "cover", featuredFill: "contain" } as const),
};

function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return listed === "" ? [] : listed.split(" ").map(Number);
}

function castOf(count: number): CastMember[] {
  const plain = { featured: false, pip: false, videoStopped: false, audioMuted: false };
  return Array.from({ length: count }, (_, index) => ({ publication: `p${index}`, ...plain }));
}

/** One ffmpeg with an input for each participant. */
function graph(file: string, count: number): ChildProcess {
  const actors = castOf(count).map((one) => ({ ...one, aspect: undefined }));
  const tiles = layOut(actors, LAYOUT, PICTURE);
  const scaled = tiles.map(
    ({ at: { width, height } }, index) =>
      `[${index}:v]scale=${width}:${height}:flags=bilinear,fps=${PICTURE.frameRate}[v${index}]`,
  );
  const ground = `color=black:size=${PICTURE.width}x${PICTURE.height}:rate=${PICTURE.frameRate}`;
  const laid = tiles.map(({ at: { x, y } }, index) => {
    const below = index === 0 ? "[ground]" : `[o${index - 1}]`;
    return `${below}[v${index}]overlay=${x}:${y}:shortest=1[o${index}]`;
  });
  const filter = [`${ground}[ground]`, ...scaled, ...laid].join(";");
  const input = ["-re", "-threads", "1", "-stream_loop", "-1", "-i", file];
  const inputs = Array.from({ length: count }, () => input).flat();
  const rate = `${PICTURE.bitrate}`;
  return spawn(
    "ffmpeg",
    [
      ...["-v", "error", "-nostdin", "-progress", "pipe:1", ...inputs, "-filter_complex", filter],
      ...["-map", `[o${count - 1}]`, "-c:v", "libx264", "-preset", "superfast", "-threads", "4"],
      ...["-bf", "0", "-rc-lookahead", "0", "-g", "60", "-b:v", rate, "-maxrate", rate],
      ...["-bufsize", `${2 * PICTURE.bitrate}`, "-f", "null", "-"],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}

const file = await encodedFilm([
  ...["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=10"],
  ...["-c:v", "libx264", "-preset", "superfast", "-profile:v", "baseline", "-b:v", "2000k"],
  ...["-g", "60", "-bf", "0", "-pix_fmt", "yuv420p"],
]);
const stage = new PlayedStage();
const loop = new FlvLoop(await readFile(file));
for (const { publication } of castOf(Math.max(...participants))) stage.films.set(publication, loop);
const options = { ffmpeg: "ffmpeg", transcodeCores: 16 };
const harness = new EngineHarness(options, {}, 0, { stage: () => stage.protocol });
await harness.start();
for (const count of participants) {
  const composition = `of${count}`;
  await harness.engine.compositions.startComposition({
    ...{ composition, picture: PICTURE, layout: LAYOUT },
    outputs: [{ output: "channel", kind: "stream", name: composition }],
    scene: { group: "stage", cast: castOf(count) },
  });
  const startedAt = performance.now();
  const other = graph(file, count);
  let graphMs = 0;
  other.stdout?.setEncoding("utf8").on("data", (text: string) => {
    graphMs = Number(/.*out_time_us=(\d+)/s.exec(text)?.[1] ?? graphMs * 1_000) / 1_000;
  });
  await pause(WARM_UP_MS);
  const own = process.cpuUsage();
  const children = childrenOf(process.pid).filter((pid) => pid !== other.pid);
  const sum = () => children.reduce((all, pid) => all + cpuSeconds(pid), 0);
  const before = { ours: sum(), graph: cpuSeconds(other.pid ?? 0) };
  await pause(seconds * 1_000);
  const used = process.cpuUsage(own);
  const drawing = (used.user + used.system) / 1e6 / seconds;
  const coding = (sum() - before.ours) / seconds;
  const whole = (cpuSeconds(other.pid ?? 0) - before.graph) / seconds;
  const elapsedMs = performance.now() - startedAt;
  const graphShare = graphMs / elapsedMs;
  other.kill("SIGKILL");
  await harness.engine.compositions.stopComposition(composition);
  const stream = `channel/${composition}`;
  const end = await harness.seen("stream-end", ({ streamName }) => streamName === stream);
  const share = end.durationMs / elapsedMs;
  const percent = (part: number): string => `${Math.round(100 * part)} % of real time`;
  // For as much media as each has made.
  const ratio = ((drawing + coding) / share / (whole / graphShare)).toFixed(2);
  console.log(
    `${count} participants: ${(drawing + coding).toFixed(2)} cores, of them ` +
      `${drawing.toFixed(2)} in the engine's process (${percent(share)}); ffmpeg's graph ` +
      `${whole.toFixed(2)} (${percent(graphShare)}): ${ratio} times for the same media`,
  );
}
await harness.engine.close();
process.exit(0);
