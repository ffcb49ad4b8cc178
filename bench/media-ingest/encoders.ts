/**
 * Replays an FLV file in real time, over and over, as N encoders, in a process of its own:
 * `encoders.ts FILE PORT KEYS STAGGER_MS BEGIN_AT_MS`, keys separated by commas; the first connects
 * at that time of the wall clock, or at once. Prints `started` once all of them publish and, at
 * each SIGUSR2, what was sent until then.
 *
 * All encoders send the same bytes at the same age, so each message is encoded once: the publishers
 * must cost less than what they measure.
 */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { FlvTag } from "../../packages/media/src/testing/flv-file.ts";
import { chunkStreamOf, FlvLoop } from "../../packages/media/src/testing/flv-loop.ts";
import { encodeMessage } from "../../packages/media/src/transport/rtmp/chunk-writer.ts";
import { beginPublishing, CHUNK_BYTES } from "./begin-publishing.ts";

/** The account of one encoder; times are the wall clock's. */
export interface Sent {
  readonly key: string;
  readonly keyframesAtMs: number[];
  /** Messages that OBS would have dropped: its socket had more than this waiting. */
  dropped: number;
}

const [file = "", port = "", keys = "", stagger = "", beginAt = ""] = process.argv.slice(2);
const TICK_MS = 4;
const VIDEO = 9;
/** OBS begins to drop frames when 700 ms of them wait; of 2.6 Mb/s that is this. */
const BACKLOG_BYTES_MAX = 230_000;

const loop = new FlvLoop(readFileSync(file));
const encoded = new Map<string, Buffer>();
const sent: Sent[] = [];

/** Encoders differ in age by their stagger at most, so that what is older is needed no more. */
const ENCODED_MAX = 12_000;

function encode(tag: FlvTag): Buffer {
  const key = `${tag.type} ${tag.timestampMs}`;
  const known = encoded.get(key);
  if (known !== undefined) {
    return known;
  }
  const options = { chunkSize: CHUNK_BYTES, timestampMs: tag.timestampMs };
  const bytes = encodeMessage(chunkStreamOf(tag), tag.type, 1, tag.body, options);
  encoded.set(key, bytes);
  const oldest = encoded.keys().next().value;
  if (encoded.size > ENCODED_MAX && oldest !== undefined) {
    encoded.delete(oldest);
  }
  return bytes;
}

async function encoder(key: string): Promise<void> {
  const client = await beginPublishing(Number(port), key, loop);
  const { socket } = client;
  const own: Sent = { key, keyframesAtMs: [], dropped: 0 };
  sent.push(own);
  const startMs = performance.now();
  const play = loop.play();
  const timer = setInterval(() => {
    const due = play(performance.now() - startMs);
    if (due.length === 0) {
      return;
    }
    if (socket.writableLength > BACKLOG_BYTES_MAX) {
      own.dropped += due.length;
    }
    socket.cork();
    for (const tag of due) {
      if (isKeyframe(tag)) {
        own.keyframesAtMs.push(Date.now());
      }
      socket.write(encode(tag));
    }
    socket.uncork();
  }, TICK_MS);
  socket.on("close", () => {
    clearInterval(timer);
    process.stderr.write(`encoder ${key} was disconnected: ${client.status()}\n`);
  });
}

function isKeyframe({ type, body }: FlvTag): boolean {
  return type === VIDEO && (body[0] ?? 0) >> 4 === 1;
}

const started: Promise<void>[] = [];
const beginMs = performance.now() + Math.max(0, Number(beginAt) - Date.now());
for (const [index, key] of keys.split(",").entries()) {
  const waitMs = beginMs + index * Number(stagger) - performance.now();
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  started.push(encoder(key));
}
await Promise.all(started);
process.on("SIGUSR2", () => process.stdout.write(`${JSON.stringify(sent)}\n`));
process.stdout.write("started\n");
