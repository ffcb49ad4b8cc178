/**
 * Processor time of browsers' broadcasts to live HLS, beside the same films by RTMP in one run:
 * `tsx bench/browser-broadcast.ts [STREAMS] [SECONDS] [WINDOWS]`.
 *
 * Two engines, each in a process of its own and bundled as it is shipped, get the same pictures
 * (720p30, 2.5 Mb/s, a keyframe every 2 s) at the same time: one by RTMP with AAC, the other by
 * WebRTC with Opus, from browsers made of Pion in a process of their own (bench/browser-broadcast;
 * needs Debian's golang-go and golang-github-pion-webrtc.v3-dev). Cost is the time that all threads
 * of the engine's process were on a processor, and of its ffmpeg processes, one a stream, which
 * make AAC of Opus. RTMP's sound needs none, so the decoder that is added to its side is the same
 * ffmpeg command by hand, equally nice, which reads the same sound at its pace (`-re`) from a file.
 * The two are compared in several windows; the median counts.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { buildGoProgram } from "../test/support/go-program.ts";
import {
  bench,
  type EngineProcess,
  folder,
  makeSource,
  nextLine,
  pause,
  start,
  startEngine,
} from "./media-ingest/bench-processes.ts";
import { askSent, startEncoders } from "./media-ingest/encoder-process.ts";
import { percentile, verdict } from "./media-ingest/figures.ts";

const streams = Number(process.argv[2] ?? 10);
const seconds = Number(process.argv[3] ?? 10);
const windows = Number(process.argv[4] ?? 5);
const RATIO_LIMIT = 1.1;
/** The first segments are listed, code is compiled, and each ffmpeg runs. */
const WARM_UP_MS = 10_000;
const KEYFRAME_INTERVAL_MS = 2_000;

/** Decoders by hand, whose average counts. */
const DECODERS = 4;
/** As the engine has it. */
const NICENESS = "5";

const keys = Array.from({ length: streams }, (_, index) => `s${index}`);

/** Nanoseconds that the threads of a process were on a processor. */
function ownTime(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const times = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8"));
  return times.reduce((sum, line) => sum + Number(line.split(" ")[0]), 0);
}

function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return list === "" ? [] : list.split(" ").map(Number);
}

/** The film in the forms that both sides send. What an encoder fills up with isn't sent by RTP. */
function makeFilm() {
  const source = makeSource();
  const [rtmp, video, audio] = ["film.flv", "film.h264", "film.ogg"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const convert = (...args: string[]) =>
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", source, ...args]);
  const filler = "filter_units=remove_types=12";
  convert("-c", "copy", "-bsf:v", filler, rtmp);
  convert(
    "-an",
    "-c:v",
    "copy",
    "-bsf:v",
    `h264_mp4toannexb,${filler},h264_metadata=aud=insert`,
    video,
  );
  convert(
    ...["-vn", "-c:a", "libopus", "-b:a", "64k", "-frame_duration", "20"],
    ...["-page_duration", "20000", audio],
  );
  return { rtmp, video, audio };
}

function buildBrowsers(): string {
  const program = join(folder, "browsers");
  buildGoProgram(join(import.meta.dirname, "browser-broadcast"), program);
  return program;
}

async function requireListed({ httpPort }: EngineProcess): Promise<void> {
  for (const key of keys) {
    const { ok } = await fetch(`http://127.0.0.1:${httpPort}/${key}`);
    if (!ok) {
      throw new Error(`the stream ${key} isn't listed`);
    }
  }
}

/** Processes that make AAC of a film's Opus in real time. */
function startDecoders(audio: string): readonly number[] {
  const input = ["-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", audio];
  const codec = ["-threads", "1", "-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2"];
  const args = [...input, ...codec, "-flush_packets", "1", "-f", "adts", "pipe:1"];
  return Array.from({ length: DECODERS }, () => {
    const decoder = start("nice", ["-n", NICENESS, "ffmpeg", ...args]);
    decoder.stdout?.resume();
    return decoder.pid ?? 0;
  });
}

interface Costs {
  readonly byRtmp: number;
  readonly byWebrtc: number;
  readonly sound: number;
  readonly byHand: number;
}

/** Percent of a core per stream. */
async function costsOfWindow(
  rtmp: number,
  webrtc: number,
  decoders: readonly number[],
): Promise<Costs> {
  const all = [[rtmp], [webrtc], childrenOf(webrtc), decoders];
  const times = () => all.map((pids) => pids.reduce((sum, pid) => sum + ownTime(pid), 0));
  const before = times();
  const beganMs = performance.now();
  await pause(seconds * 1_000);
  const elapsedNs = (performance.now() - beganMs) * 1e6;
  const [byRtmp = 0, byWebrtc = 0, sound = 0, byHand = 0] = times().map(
    (time, index) => ((time - (before[index] ?? 0)) / elapsedNs / streams) * 100,
  );
  return { byRtmp, byWebrtc, sound, byHand: (byHand * streams) / decoders.length };
}

const ratioOf = ({ byRtmp, byWebrtc, sound, byHand }: Costs) =>
  (byWebrtc + sound) / (byRtmp + byHand);

await bench(async () => {
  const film = makeFilm();
  const program = buildBrowsers();
  const [rtmp, webrtc] = [await startEngine("live"), await startEngine("live")];
  const decoders = startDecoders(film.audio);
  const encoders = await startEncoders(film.rtmp, rtmp.rtmpPort, keys);
  const browsers = start(program, [
    ...["-server", `http://127.0.0.1:${webrtc.httpPort}`, "-keys", keys.join(",")],
    ...["-video", film.video, "-audio", film.audio],
    ...["-stagger", `${KEYFRAME_INTERVAL_MS / streams}ms`],
  ]);
  await nextLine(browsers);
  await pause(WARM_UP_MS);
  await Promise.all([requireListed(rtmp), requireListed(webrtc)]);
  const measured: Costs[] = [];
  for (let window = 0; window < windows; window += 1) {
    const costs = await costsOfWindow(rtmp.main.pid ?? 0, webrtc.main.pid ?? 0, decoders);
    measured.push(costs);
    const { byRtmp, byWebrtc, sound, byHand } = costs;
    console.log(
      `by WebRTC ${byWebrtc.toFixed(3)} % of a core per stream and ffmpeg ${sound.toFixed(3)} %;`,
      `by RTMP ${byRtmp.toFixed(3)} %, a decoder by hand ${byHand.toFixed(3)} %:`,
      `${ratioOf(costs).toFixed(2)}; without sound ${(byWebrtc / byRtmp).toFixed(2)}`,
    );
  }
  await Promise.all([requireListed(rtmp), requireListed(webrtc)]);
  const dropped = (await askSent(encoders)).reduce((sum, one) => sum + one.dropped, 0);
  const ratio = percentile(measured.map(ratioOf), 0.5);
  const bare = percentile(
    measured.map(({ byRtmp, byWebrtc }) => byWebrtc / byRtmp),
    0.5,
  );
  console.log(
    `${streams} streams: ${ratio.toFixed(2)} of RTMP's processor time and the decoder's`,
    `(limit ${RATIO_LIMIT}): ${verdict(ratio <= RATIO_LIMIT && dropped === 0)};`,
    `${bare.toFixed(2)} of RTMP's without the decoder; ${dropped} messages dropped`,
  );
});
