/**
 * CPU of a STANDARD channel's ladder, compared with the same ffmpeg command run by hand on the same
 * source, both in real time and at the same time, so that other load hits them alike: `tsx
 * bench/transcode.ts [SECONDS] [low] [WARM_UP_SECONDS]`, with `low` for latencyMode LOW. V8
 * compiles for a minute or two, which a longer warm-up leaves out.
 *
 * Ours is the engine's process with its ffmpeg: ingest, feeding, reading, segments of all
 * renditions, live playlists. By hand it is ffmpeg alone, its output thrown away. Also printed: how
 * long after a segment's last frame was due the smallest rendition's playlist lists it. Needs
 * ffmpeg and Linux; nothing is asserted.
 */

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { NICENESS } from "../packages/media/src/ffmpeg/ffmpeg-process.ts";
import { BELOW_SOURCE } from "../packages/media/src/testing/ladders.ts";
import { chooseLadder } from "../packages/media/src/transcode/ladder.ts";
import { ladderArguments } from "../packages/media/src/transcode/ladder-arguments.ts";
import {
  bench,
  cpuSeconds,
  endWithBench,
  makeSource,
  pause,
  startEngine,
} from "./media-ingest/bench-processes.ts";
import { startEncoders } from "./media-ingest/encoder-process.ts";
import { percentile } from "./media-ingest/figures.ts";

const seconds = Number(process.argv[2] ?? 30);
const mode = process.argv[3] === "low" ? "ladder-low" : "ladder";
const warmUpMs = Number(process.argv[4] ?? 8) * 1_000;
const POLL_MS = 20;
const LISTING_MS = 12_000;
const SOURCE = { width: 1280, height: 720, frameRate: 30 };
const SMALLEST = "160p30";

/** The time of a process and of those that it started. */
function treeCpuSeconds(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + treeCpuSeconds(child), cpuSeconds(pid));
}

function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return listed === "" ? [] : listed.split(" ").map(Number);
}

/** The arguments that the engine uses, fed by another ffmpeg in real time. */
function byHand(source: string): number {
  const feeder = spawn(
    "ffmpeg",
    ["-v", "error", "-re", "-stream_loop", "-1", "-i", source, "-c", "copy", "-f", "flv", "pipe:1"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const { steps } = chooseLadder(BELOW_SOURCE, SOURCE);
  const nowhere = openSync("/dev/null", "w");
  const child = spawn(
    "ffmpeg",
    ["-v", "error", ...ladderArguments(steps, SOURCE, true, "source")],
    {
      stdio: ["pipe", "ignore", "inherit", ...steps.map(() => nowhere)],
    },
  );
  closeSync(nowhere);
  // As in the engine: a process that has to wait finds its caches cold.
  setPriority(child.pid ?? 0, NICENESS);
  if (feeder.stdout !== null && child.stdin !== null) {
    feeder.stdout.pipe(child.stdin);
  }
  endWithBench(feeder, child);
  return child.pid ?? 0;
}

/** Times from a segment's end to its being listed. */
async function listingDelaysMs(url: string, untilMs: number): Promise<number[]> {
  const delays: number[] = [];
  let last = "";
  while (Date.now() < untilMs) {
    const playlist = await (await fetch(url)).text();
    const [, time = "", length = ""] =
      /.*DATE-TIME:(\S+)\n(?:#EXT-X-PART:[^\n]*\n)*#EXTINF:([\d.]+)/s.exec(playlist) ?? [];
    if (time !== last && last !== "") {
      delays.push(Date.now() - Date.parse(time) - Number(length) * 1_000);
    }
    last = time;
    await pause(POLL_MS);
  }
  return delays;
}

async function main(): Promise<void> {
  const source = makeSource();
  const { main: engine, rtmpPort, httpPort } = await startEngine(mode);
  const hand = byHand(source);
  await startEncoders(source, rtmpPort, ["s0"]);
  await pause(warmUpMs);
  const pids = [engine.pid ?? 0, hand];
  const [encoder = 0] = childrenOf(engine.pid ?? 0);
  pids.push(encoder);
  const before = pids.map(treeCpuSeconds);
  await pause(seconds * 1_000);
  if (childrenOf(engine.pid ?? 0)[0] !== encoder) {
    console.log("the engine gave its ffmpeg up: this machine has no time for it");
    return;
  }
  const spent = pids.map((pid, index) => treeCpuSeconds(pid) - (before[index] ?? 0));
  const [ours = 0, theirs = 1, encoding = 0] = spent;
  const url = `http://127.0.0.1:${httpPort}/s0/${SMALLEST}`;
  const delays = await listingDelaysMs(url, Date.now() + LISTING_MS);
  const engineAlone = ((ours - encoding) / seconds).toFixed(3);
  console.log(
    `${seconds} s of 720p30 to 720p, 480p, 360p and 160p, latencyMode ${mode === "ladder" ? "NORMAL" : "LOW"}`,
  );
  console.log(`ours: ${(ours / seconds).toFixed(3)} cores, of that the engine ${engineAlone}`);
  console.log(`by hand: ${(theirs / seconds).toFixed(3)} cores`);
  console.log(`overhead: ${((ours / theirs - 1) * 100).toFixed(1)} % (wanted: at most 5)`);
  console.log(
    `segment's end to listed: median ${percentile(delays, 0.5)} ms, shortest ${percentile(delays, 0)} ms`,
  );
}

await bench(main);
