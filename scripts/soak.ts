/*
 * A server as built, in a process of its own, and encoders that connect, stall, garble, drop and
 * come back at random: `npx tsx scripts/soak.ts --minutes 30 --streams 50 --seed 1`, after `npm run
 * build`.
 *
 * Every stream is recorded to S3. Each recording is checked when its end is published: complete, or
 * truthfully failed; and those of encoders that sent nothing wrong (two thirds; they stall, drop
 * and come back too) decode without a warning, frame for frame. A tenth records into a bucket that
 * refuses the role for a while, again and again. Memory is sampled all along; its slope is the
 * least-squares line over the second half. Ends with 1 when something is wrong. Needs ffmpeg and
 * Linux.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  CreateChannelCommand,
  ListChannelsCommand,
  ListStreamSessionsCommand,
} from "@aws-sdk/client-ivs";
import {
  DeleteBucketPolicyCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { makeBucket, makeRecordingConfiguration } from "../test/contract/ivs/recording-bucket.ts";
import { makeFilm } from "../test/scenarios/ivs/encoder.ts";
import {
  rtmpPortOf,
  type ServerProcess,
  startServerProcess,
} from "../test/support/server-process.ts";
import type { EncoderCounts, EncoderPlan, EncodersReport } from "./soak/encoder-plan.ts";
import { growthOf, type Sample, sampleOf } from "./soak/process-memory.ts";
import { Recordings } from "./soak/recordings.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    streams: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
  },
});
const minutes = Number(values.minutes);
const streams = Number(values.streams);
const PROCESSES = 2;
const FILM_SECONDS = 20;
const SAMPLE_MS = 5_000;
const ROWS = 15;
const RECONNECT_SECONDS = 15;
/** The times for which the unreliable bucket accepts objects, and for which it doesn't. */
const TAKES_MS = 70_000;
const REFUSES_MS = 30_000;
/** After the last encoder: the window for a reconnect, and files that were under way. */
const FINISH_MS = 60_000;
/** The media that may be on its way when an encoder pulls its plug. */
const LOST_WITH_CONNECTION_MS = 500;
/** A stream that is stopped before its first segment isn't recorded. */
const STOPPED_EARLY_MS = 4_000;
const ROLE =
  "arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** JavaScript's objects and their buffers. */
async function heapMb(endpoint: string): Promise<readonly [number, number]> {
  const text = await (await fetch(`${endpoint}/_rolecast/metrics`)).text();
  const read = (name: string) =>
    Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]) / 2 ** 20;
  return [read("nodejs_heap_size_used_bytes"), read("nodejs_external_memory_bytes")];
}

async function setUp(root: ServerProcess["root"]) {
  const reliable = await makeBucket(root);
  const unreliable = await makeBucket(root);
  const atOnce = await makeRecordingConfiguration(root, reliable);
  const merging = await makeRecordingConfiguration(root, reliable, {
    recordingReconnectWindowSeconds: RECONNECT_SECONDS,
  });
  const failing = await makeRecordingConfiguration(root, unreliable);
  const plans: EncoderPlan[] = [];
  /** Channel ARN → stream key, of those whose encoders send nothing wrong. */
  const clean = new Map<string, string>();
  for (let index = 0; index < streams; index++) {
    const hostile = index % 3 === 2;
    const configuration = index % 10 === 9 ? failing : index % 2 === 0 ? atOnce : merging;
    const { channel, streamKey } = await root.ivs.send(
      new CreateChannelCommand({
        type: "BASIC",
        insecureIngest: true,
        latencyMode: index % 4 === 0 ? "NORMAL" : "LOW",
        recordingConfigurationArn: configuration.arn,
      }),
    );
    if (!hostile && configuration !== failing)
      clean.set(channel?.arn ?? "", streamKey?.value ?? "");
    plans.push({ key: streamKey?.value ?? "", hostile });
  }
  return { plans, clean, buckets: [reliable, unreliable] as const };
}

/** Checks that what a channel's encoders sent in order is in its recordings. */
function missing(
  recordedMs = 0,
  sent: EncodersReport["sent"][string] = { mediaMs: 0, lives: 0 },
): string[] {
  const tolerance = sent.lives * LOST_WITH_CONNECTION_MS + STOPPED_EARLY_MS;
  return Math.abs(sent.mediaMs - recordedMs) <= tolerance
    ? []
    : [`${sent.mediaMs} ms were sent in ${sent.lives} lives, ${recordedMs} ms recorded`];
}

/** Streams, sessions and bytes that are left. */
async function leftInServer({ root, endpoint }: ServerProcess): Promise<string[]> {
  const { ivs } = (await (await fetch(`${endpoint}/_rolecast/health`)).json()) as {
    ivs: Record<string, number>;
  };
  const wrong = ["streams", "connections", "recordingPendingBytes", "recordingSpilledBytes"]
    .filter((name) => ivs[name] !== 0)
    .map((name) => `${name} is ${ivs[name]} at the end`);
  const { channels = [] } = await root.ivs.send(new ListChannelsCommand({ maxResults: 100 }));
  for (const { arn: channelArn } of channels) {
    const listed = await root.ivs.send(
      new ListStreamSessionsCommand({ channelArn, maxResults: 100 }),
    );
    for (const { streamId, endTime } of listed.streamSessions ?? [])
      if (endTime === undefined) wrong.push(`the session of ${streamId} never ended`);
  }
  return wrong;
}

async function refuseNowAndThen(root: ServerProcess["root"], Bucket: string, signal: AbortSignal) {
  const Statement = {
    Effect: "Deny",
    Principal: { AWS: ROLE },
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${Bucket}/*`,
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
  for (;;) {
    await pause(TAKES_MS);
    if (signal.aborted) return;
    await root.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await pause(REFUSES_MS);
    if (signal.aborted) return;
    await root.s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  }
}

function startEncoders(film: string, port: number, plans: readonly EncoderPlan[]) {
  return Array.from({ length: PROCESSES }, (_, index) => {
    const file = fileURLToPath(new URL("./soak/encoders.ts", import.meta.url));
    const args = [film, String(port), String(Number(values.seed) + index)];
    const child = fork(file, args, { execArgv: ["--import", "tsx"] });
    child.send(plans.filter((_plan, at) => at % PROCESSES === index));
    return child;
  });
}

async function main(server: ServerProcess, film: string): Promise<boolean> {
  const { root, endpoint, pid } = server;
  const { plans, clean, buckets } = await setUp(root);
  const recordings = new Recordings(endpoint, root.s3, new Set(clean.keys()), buckets[1]);
  const rtmpPort = await rtmpPortOf(server);
  const encoders = startEncoders(film, rtmpPort, plans);
  const over = new AbortController();
  refuseNowAndThen(root, buckets[1], over.signal);

  const beganMs = performance.now();
  const samples: Sample[] = [];
  console.log(
    "minute  resident MB  heap MB  buffers MB  cores  recordings begun  ended  failed  not begun  wrong",
  );
  let printed = sampleOf(pid, beganMs);
  while (performance.now() - beganMs < minutes * 60_000) {
    await pause(SAMPLE_MS);
    const now = sampleOf(pid, beganMs);
    samples.push(now);
    if (now.minute - printed.minute < minutes / ROWS) continue;
    const cores = (now.cpuSeconds - printed.cpuSeconds) / (now.minute - printed.minute) / 60;
    printed = now;
    const { started, ended, failed, startFailures, wrong } = recordings;
    const memory = [now.residentMb, ...(await heapMb(endpoint))].map((mb) => mb.toFixed(0));
    const figures = [now.minute.toFixed(1), ...memory, cores.toFixed(2)];
    const counts = [started, ended, failed, startFailures, wrong.length];
    const widths = [6, 11, 7, 10, 5, 16, 5, 6, 9, 5];
    console.log(
      [...figures, ...counts].map((v, i) => String(v).padStart(widths[i] ?? 0)).join("  "),
    );
  }

  const reports = encoders.map((child) => once(child, "message"));
  for (const child of encoders) child.send("stop");
  const counted = (await Promise.all(reports)).map(([report]) => report as EncodersReport);
  const sum = (name: keyof EncoderCounts) => counted.reduce((all, one) => all + one[name], 0);
  const deadlineMs = performance.now() + FINISH_MS;
  while (recordings.open > 0 && performance.now() < deadlineMs) await pause(500);
  over.abort();
  await recordings.close();
  const left: string[] = [];
  for (const Bucket of buckets) {
    const { Contents = [] } = await root.s3.send(new ListObjectsV2Command({ Bucket }));
    left.push(...Contents.map(({ Key = "" }) => `left in the bucket: ${Key}`));
  }
  const sent = new Map(counted.flatMap((report) => Object.entries(report.sent)));
  const lost = [...clean].flatMap(([arn, key]) =>
    missing(recordings.recordedMs.get(arn), sent.get(key)),
  );
  const wrong = [...recordings.wrong, ...left, ...lost, ...(await leftInServer(server))];
  if (recordings.open > 0) wrong.push(`${recordings.open} recordings neither ended nor failed`);
  for (const one of wrong.slice(0, 40)) console.log(one);

  const { isFlat, said } = growthOf(samples);
  console.log(
    `${sum("lives")} lives of ${streams} encoders: ${sum("refused")} refused, ${sum("brokenOff")} ended by the server, ${sum("garbled")} garbled messages`,
  );
  console.log(
    `${recordings.checked} recordings checked, ${recordings.decoded} of them decoded, ${wrong.length} things wrong: ${wrong.length === 0 ? "pass" : "FAIL"}`,
  );
  console.log(said);
  return isFlat && wrong.length === 0;
}

const data = mkdtempSync(join(tmpdir(), "rolecast-soak-"));
const film = await makeFilm(FILM_SECONDS);
const server = await startServerProcess(["--data", data]);
try {
  process.exitCode = (await main(server, film.file)) ? 0 : 1;
} finally {
  const code = await server.stop();
  if (code !== 0) {
    console.log(`the server ended with ${code}`);
    process.exitCode = 1;
  }
  rmSync(data, { recursive: true, force: true });
}
