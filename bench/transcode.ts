/**
 * CPU of a STANDARD channel's ladder beside the same ffmpeg command run by hand on the same source, both in real time and
 * at the same time, so that other load hits them alike: `tsx bench/transcode.ts [SECONDS]`.
 *
 * Ours is the engine's process with its ffmpeg: ingest, feeding, reading, segments of all renditions, live playlists. By
 * hand it is ffmpeg alone, its output thrown away. Also printed: how long after a segment's last frame was due the
 * smallest rendition's playlist lists it. Needs ffmpeg and Linux; nothing is asserted.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseLadder } from "../packages/media/src/transcode/ladder.ts";
import { ladderArguments } from "../packages/media/src/transcode/ladder-arguments.ts";

const seconds = Number(process.argv[2] ?? 30);
/** Linux reports CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
const WARM_UP_MS = 8_000;
const POLL_MS = 20;
const LISTING_MS = 12_000;
const SOURCE = { width: 1280, height: 720, frameRate: 30 };
const SMALLEST = "160p30";

const folder = mkdtempSync(join(tmpdir(), "rolecast-bench-"));
const children: ChildProcess[] = [];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function script(name: string, ...args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", (bytes) => resolve(String(bytes)));
    child.once("exit", (status) => reject(new Error(`a process ended with ${status}`)));
  });
}

/** Of a process and of those that it started. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const own = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return own + childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0);
}

function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return listed === "" ? [] : listed.split(" ").map(Number);
}

function makeSource(): string {
  const file = join(folder, "source.flv");
  execFileSync("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=20"],
    ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=20"],
    ...["-vf", "noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "ultrafast"],
    ...["-pix_fmt", "yuv420p", "-g", "60", "-sc_threshold", "0", "-b:v", "2500k"],
    ...["-maxrate", "2500k", "-bufsize", "2500k", "-c:a", "aac", "-b:a", "128k", file],
  ]);
  return file;
}

/** The arguments that the engine uses, fed by another ffmpeg in real time. */
function byHand(source: string): ChildProcess {
  const feeder = spawn(
    "ffmpeg",
    ["-v", "error", "-re", "-stream_loop", "-1", "-i", source, "-c", "copy", "-f", "flv", "pipe:1"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const { steps } = chooseLadder({ type: "STANDARD" }, SOURCE);
  const nowhere = openSync("/dev/null", "w");
  const child = spawn(
    "ffmpeg",
    ["-v", "error", ...ladderArguments(steps, SOURCE, true, "source")],
    {
      stdio: ["pipe", "ignore", "inherit", ...steps.map(() => nowhere)],
    },
  );
  closeSync(nowhere);
  if (feeder.stdout !== null && child.stdin !== null) {
    feeder.stdout.pipe(child.stdin);
  }
  children.push(feeder, child);
  return child;
}

/** Shortest and median of the times from a segment's end to its being listed. */
async function listingDelaysMs(url: string, untilMs: number): Promise<number[]> {
  const delays: number[] = [];
  let last = "";
  while (Date.now() < untilMs) {
    const playlist = await (await fetch(url)).text();
    const [, time = "", length = ""] = /.*DATE-TIME:(\S+)\n#EXTINF:([\d.]+)/s.exec(playlist) ?? [];
    if (time !== last && last !== "") {
      delays.push(Date.now() - Date.parse(time) - Number(length) * 1_000);
    }
    last = time;
    await pause(POLL_MS);
  }
  return delays.sort((a, b) => a - b);
}

async function main(): Promise<void> {
  const source = makeSource();
  const engine = script("./media-ingest/engine.ts", "ladder");
  const ports = JSON.parse(await firstLine(engine)) as { rtmpPort: number; httpPort: number };
  const publisher = script("./media-ingest/publisher.ts", source, String(ports.rtmpPort), "1", "s");
  const hand = byHand(source);
  await firstLine(publisher);
  await pause(WARM_UP_MS);
  const pids = [engine.pid ?? 0, hand.pid ?? 0];
  const [encoder = 0] = childrenOf(engine.pid ?? 0);
  pids.push(encoder);
  const before = pids.map(cpuSeconds);
  await pause(seconds * 1_000);
  if (childrenOf(engine.pid ?? 0)[0] !== encoder) {
    console.log("the engine gave its ffmpeg up: this machine has no time for it");
    return;
  }
  const spent = pids.map((pid, index) => cpuSeconds(pid) - (before[index] ?? 0));
  const [ours = 0, theirs = 1, encoding = 0] = spent;
  const url = `http://127.0.0.1:${ports.httpPort}/s0/${SMALLEST}`;
  const delays = await listingDelaysMs(url, Date.now() + LISTING_MS);
  const engineAlone = ((ours - encoding) / seconds).toFixed(3);
  console.log(`${seconds} s of 720p30 to 720p, 480p, 360p and 160p`);
  console.log(`ours: ${(ours / seconds).toFixed(3)} cores, of that the engine ${engineAlone}`);
  console.log(`by hand: ${(theirs / seconds).toFixed(3)} cores`);
  console.log(`overhead: ${((ours / theirs - 1) * 100).toFixed(1)} % (wanted: at most 5)`);
  const median = delays[Math.floor(delays.length / 2)] ?? 0;
  console.log(`segment's end to listed: median ${median} ms, shortest ${delays[0] ?? 0} ms`);
}

main().finally(() => {
  for (const child of children) {
    child.kill();
  }
  rmSync(folder, { recursive: true });
});
