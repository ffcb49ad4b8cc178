/**
 * CPU of passthrough ingest with live HLS, beside Debian's nginx-rtmp in the same run: `tsx
 * bench/media-ingest.ts [STREAMS] [SECONDS] [live|record|server] [beside|apart]`, after `npm run
 * build`.
 *
 * STREAMS may be several numbers with commas: the measurement of each follows the other, on a
 * server of its own.
 *
 * Both servers get the same streams of 2.5 Mb/s at the same time, so that other load on the machine
 * hits them alike. The encoders of a server are one process that encodes each message once, so that
 * with 200 streams on both there is enough of two cores left. Cost is the user and system time of
 * the server's own process. Where both together need more than the machine has (`server` with 200
 * streams on two cores), `apart` feeds one after the other. It is no measure when a server takes
 * too little: then no ratio is given.
 *
 * `live` is the media engine, built as it is shipped, and the time from the first keyframe to the
 * first playlist. With `record` both also record to the disk: nginx-rtmp an FLV, the engine what it
 * would put into a bucket. `server` is the whole product as built, each channel recorded into a
 * bucket of its own S3, durably and with its digests, beside nginx-rtmp recording; with its
 * resident memory before the first stream and after the measurement. Where both write more than the
 * disk takes, TMPDIR=/dev/shm has all files in memory (up to 0.7 MB per stream and second). Needs
 * ffmpeg, nginx and its RTMP module; nothing is asserted.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { rtmpPortOf, startServerProcess } from "../test/support/server-process.ts";
import {
  bench,
  cpuSeconds,
  end,
  makeSource,
  pause,
  startEngine,
} from "./media-ingest/bench-processes.ts";
import { askSent, startEncoders } from "./media-ingest/encoder-process.ts";
import { verdict } from "./media-ingest/figures.ts";
import { startNginx } from "./media-ingest/nginx-rtmp.ts";
import { makeRecordedChannels } from "./media-ingest/recorded-channels.ts";
import { Recorder } from "./recording/recorder.ts";

const counts = (process.argv[2] ?? "24").split(",").map(Number);
const seconds = Number(process.argv[3] ?? 20);
const mode = process.argv[4] ?? "live";
const apart = process.argv[5] === "apart";
/** The wait, where it is recorded, until each stream has its first file of ten seconds. */
const WARM_UP_MS = mode === "live" ? 6_000 : 13_000;
const POLL_MS = 4;
const IDLE_MS = 5_000;
const RATIO_LIMIT = mode === "server" ? 0.9 : 1;
const RATIO_AIM = 0.85;
/** Memory of the whole product while it is idle, and for each stream beside that. */
const IDLE_MEGABYTES_MAX = 100;
const STREAM_MEGABYTES_MAX = 5;

const OWN = "rolecast";

interface Target {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly keys: readonly string[];
  /** Undefined where the time to the first playlist isn't measured. */
  readonly isListed?: (key: string) => boolean | Promise<boolean>;
  readonly stop: () => Promise<void>;
}

const keysOf = (streams: number) => Array.from({ length: streams }, (_, index) => `s${index}`);

async function engineTarget(streams: number, engineMode: "live" | "record"): Promise<Target> {
  const { main, rtmpPort, httpPort } = await startEngine(engineMode);
  const isListed = async (key: string): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${httpPort}/${key}`)).ok;
  const stop = () => end(main);
  const keys = keysOf(streams);
  return { name: "rolecast's engine", pid: main.pid ?? 0, port: rtmpPort, keys, isListed, stop };
}

async function serverTarget(streams: number): Promise<Target> {
  const data = mkdtempSync(join(tmpdir(), "rolecast-bench-data-"));
  const server = await startServerProcess(["--data", data]);
  await pause(IDLE_MS);
  printMemory("idle", server.pid, IDLE_MEGABYTES_MAX);
  const channels = await makeRecordedChannels(server, streams);
  return {
    name: OWN,
    pid: server.pid,
    port: await rtmpPortOf(server),
    keys: [...channels.keys()],
    stop: async () => {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function nginxTarget(streams: number): Promise<Target> {
  const { child, ...nginx } = await startNginx({ records: mode !== "live" });
  return { name: "nginx-rtmp", keys: keysOf(streams), ...nginx, stop: () => end(child) };
}

async function printPlaylistDelay(source: string, { name, port, isListed }: Target) {
  if (isListed === undefined) {
    return;
  }
  const key = "delay";
  const encoder = await startEncoders(source, port, [key]);
  while (!(await isListed(key))) {
    await pause(POLL_MS);
  }
  const listedAtMs = Date.now();
  const [sent] = await askSent(encoder);
  await end(encoder);
  const delayMs = listedAtMs - (sent?.keyframesAtMs[0] ?? Number.NaN);
  console.log(`${name}: first playlist ${delayMs} ms after the first keyframe`);
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}

function printMemory(when: string, pid: number, limit: number): void {
  const megabytes = residentMegabytes(pid);
  const ratio = (megabytes / limit).toFixed(2);
  console.log(
    `${when}: ${megabytes} MB resident, ${ratio} of ${limit} MB: ${verdict(megabytes <= limit)}`,
  );
}

/** Percent of one core per stream. */
async function costs(streams: number, pids: readonly number[]): Promise<number[]> {
  const before = pids.map(cpuSeconds);
  const beganMs = performance.now();
  await pause(seconds * 1_000);
  const elapsed = (performance.now() - beganMs) / 1_000;
  return pids.map((pid, index) => {
    const spent = cpuSeconds(pid) - (before[index] ?? 0);
    return (spent / elapsed / streams) * 100;
  });
}

interface Spent {
  /** Percent of one core per stream; undefined where messages would have been dropped. */
  readonly cost: number | undefined;
  readonly megabytes: number;
}

/** Measures the spending of each while all of them are fed. */
async function feed(
  source: string,
  streams: number,
  targets: readonly Target[],
): Promise<readonly Spent[]> {
  const encoders = await Promise.all(
    targets.map((target) => startEncoders(source, target.port, target.keys)),
  );
  await pause(WARM_UP_MS);
  const pids = [...targets.map(({ pid }) => pid), ...encoders.map(({ pid }) => pid ?? 0)];
  const all = await costs(streams, pids);
  const measured: Spent[] = [];
  for (const [index, { name, pid }] of targets.entries()) {
    const cost = all[index] ?? Number.NaN;
    const megabytes = residentMegabytes(pid);
    const encoding = all[targets.length + index]?.toFixed(3);
    console.log(
      `${name}: ${cost.toFixed(3)} % of a core per stream, ${megabytes} MB resident, ${streams} streams; its encoders ${encoding} %`,
    );
    if (mode === "server" && name === OWN) {
      printMemory(name, pid, IDLE_MEGABYTES_MAX + streams * STREAM_MEGABYTES_MAX);
    }
    const sent = encoders[index] ? await askSent(encoders[index]) : [];
    const dropped = sent.reduce((sum, one) => sum + one.dropped, 0);
    if (dropped > 0) {
      console.log(`${name} took too little: ${dropped} messages would be dropped`);
    }
    measured.push({ cost: dropped > 0 ? undefined : cost, megabytes });
  }
  await Promise.all(encoders.map(end));
  return measured;
}

async function compare(source: string, streams: number, targets: readonly Target[]) {
  for (const target of targets) {
    await printPlaylistDelay(source, target);
  }
  const measured: Spent[] = [];
  for (const group of apart ? targets.map((target) => [target]) : [targets]) {
    measured.push(...(await feed(source, streams, group)));
  }
  const [own, nginx] = measured;
  if (own?.cost === undefined || nginx?.cost === undefined) return;
  const ratio = own.cost / nginx.cost;
  console.log(
    `ratio to nginx-rtmp: ${ratio.toFixed(2)} (limit ${RATIO_LIMIT}, aim ${RATIO_AIM}): ${verdict(ratio <= RATIO_LIMIT)}`,
  );
  const beside = (value: number) => ({ beside: { name: "nginx-rtmp", value } });
  const name = `${streams} streams`;
  record.add({ name, value: own.cost, unit: "% of a core a stream", ...beside(nginx.cost) });
  record.add({ name, value: own.megabytes, unit: "MB", ...beside(nginx.megabytes) });
}

async function measure(source: string, streams: number): Promise<void> {
  const nginx = await nginxTarget(streams);
  const own = await (mode === "server"
    ? serverTarget(streams)
    : engineTarget(streams, mode === "record" ? "record" : "live"));
  try {
    await compare(source, streams, [own, nginx]);
  } finally {
    await own.stop();
    await nginx.stop();
  }
}

const record = await Recorder.begin(`media-ingest-${mode}`);
await bench(async () => {
  const source = makeSource();
  for (const streams of counts) await measure(source, streams);
});
await record.write();
