/**
 * Replays an FLV file in real time, over and over, as N encoders, in a process of its own:
 * `publisher.ts FILE PORT COUNT KEY_PREFIX [SPEED]`. Prints `started` once the first frame of each is out. With the speed
 * `flood` frames are sent as fast as the server takes them, and the bytes sent so far are printed every second.
 */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { type FlvTag, readFlv } from "../../packages/media/src/testing/flv-file.ts";
import { RtmpClient } from "../../packages/media/src/testing/rtmp-client.ts";

const [file = "", port = "", count = "", prefix = "", speed = "1"] = process.argv.slice(2);
/** What OBS uses. */
const CHUNK_BYTES = 4_096;
/** Encoders start this far apart, so that their keyframes don't coincide. */
const STAGGER_MS = 83;
const TICK_MS = 4;
const SCRIPT = 18;
/** A flood waits for the server here; in real time so much never waits. */
const UNSENT_BYTES_MAX = 1024 * 1024;
const sockets: Socket[] = [];

const all = readFlv(readFileSync(file));
const isConfig = ({ type, body }: FlvTag): boolean =>
  type === SCRIPT || (body[1] === 0 && (type === 8 || body[0] === 0x17));
const headers = all.filter(isConfig);
const media = all.filter((tag) => !isConfig(tag));
const lastMs = media.at(-1)?.timestampMs ?? 0;
/** Whole seconds, so that the loop's seam is a keyframe interval like any other. */
const loopMs = Math.round(lastMs / 2_000) * 2_000;

async function encoder(index: number): Promise<void> {
  const client = await RtmpClient.open(Number(port));
  const status = await client.publish(`${prefix}${index}`);
  if (status !== "NetStream.Publish.Start") {
    throw new Error(`publish was answered with ${status}`);
  }
  client.setChunkSize(CHUNK_BYTES);
  for (const { type, body } of headers) {
    client.send(4, type, body);
  }
  const startMs = performance.now();
  let next = 0;
  let loops = 0;
  /** Sends what comes before `elapsedMs` while the socket takes it. */
  const send = (elapsedMs: number): void => {
    while (!client.closed && client.socket.writableLength < UNSENT_BYTES_MAX) {
      const tag = media[next];
      if (tag === undefined || tag.timestampMs >= loopMs) {
        next = 0;
        loops += 1;
        continue;
      }
      const dueMs = tag.timestampMs + loops * loopMs;
      if (dueMs > elapsedMs) {
        return;
      }
      client.send(tag.type === 8 ? 4 : 6, tag.type, tag.body, dueMs);
      next += 1;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  if (speed === "flood") {
    client.socket.on("drain", () => send(Number.POSITIVE_INFINITY));
    send(Number.POSITIVE_INFINITY);
  } else {
    timer = setInterval(() => send(performance.now() - startMs), TICK_MS);
  }
  sockets.push(client.socket);
  client.socket.on("close", () => {
    clearInterval(timer);
    process.stderr.write(`encoder ${prefix}${index} was disconnected: ${client.status()}\n`);
  });
}

for (let index = 0; index < Number(count); index += 1) {
  await encoder(index);
  await new Promise((resolve) => setTimeout(resolve, STAGGER_MS));
}
process.stdout.write("started\n");
if (speed === "flood") {
  setInterval(() => {
    const bytes = sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    process.stdout.write(`${bytes}\n`);
  }, 1_000);
}
