/*
 * Encoders of a soak run, several in a process: `encoders.ts FILM PORT SEED` and, by its parent's
 * first message, what each of them is. Each lives again and again, at random, until the parent says
 * stop.
 */
import { readFileSync } from "node:fs";
import { chunkStreamOf, FlvLoop } from "../../packages/media/src/testing/flv-loop.ts";
import { RtmpClient } from "../../packages/media/src/testing/rtmp-client.ts";
import { encodeMessage } from "../../packages/media/src/transport/rtmp/chunk-writer.ts";
import { Chance } from "../fuzz/chance.ts";
import type { EncoderPlan, EncodersReport } from "./encoder-plan.ts";

const [film = "", port = "", seed = "1"] = process.argv.slice(2);
const loop = new FlvLoop(readFileSync(film));
/** OBS's value. */
const CHUNK_BYTES = 4_096;
const TICK_MS = 20;
const VIDEO = 9;
const STARTED = "NetStream.Publish.Start";

/** The ways in which one encoder's life goes wrong. */
type Mishap = "none" | "drop" | "stall" | "garble" | "wrong-key" | "silence";
const MANNERLY: readonly Mishap[] = ["none", "none", "none", "drop", "drop", "stall"];
const HOSTILE: readonly Mishap[] = ["garble", "garble", "garble", "drop", "wrong-key", "silence"];

const report: EncodersReport = { lives: 0, garbled: 0, refused: 0, brokenOff: 0, sent: {} };
let stopping = false;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function live(plan: EncoderPlan, chance: Chance): Promise<void> {
  while (!stopping) {
    const mishap = chance.one(plan.hostile ? HOSTILE : MANNERLY);
    report.lives += 1;
    await oneLife(plan.key, mishap, chance);
    // Half of those who are cut off come back at once.
    await pause(mishap === "drop" && chance.rarely(2) ? 0 : chance.below(8_000));
  }
}

async function oneLife(key: string, mishap: Mishap, chance: Chance): Promise<void> {
  const client = await RtmpClient.open(Number(port));
  if (mishap === "silence") {
    client.socket.write(Buffer.alloc(chance.below(3_000), 3));
    await pause(chance.below(5_000));
    client.socket.destroy();
    return;
  }
  const status = await client.publish(mishap === "wrong-key" ? `${key}x` : key);
  if (status !== STARTED) {
    report.refused += 1;
    client.socket.destroy();
    return;
  }
  client.setChunkSize(CHUNK_BYTES);
  for (const { type, body } of loop.headers) client.send(4, type, body);
  const mediaMs = await stream(client, mishap, chance);
  const before = report.sent[key] ?? { mediaMs: 0, lives: 0 };
  report.sent[key] = { mediaMs: before.mediaMs + mediaMs, lives: before.lives + 1 };
}

/** Resolves to the milliseconds of media that were sent. */
async function stream(client: RtmpClient, mishap: Mishap, chance: Chance): Promise<number> {
  const play = loop.play();
  let mediaMs = 0;
  const beganMs = performance.now();
  const lengthMs = 5_000 + chance.below(70_000);
  const troubleMs = 1_000 + chance.below(lengthMs - 1_000);
  let stallMs = mishap === "stall" ? stallLengthMs(chance) : 0;
  for (let elapsedMs = 0; elapsedMs < lengthMs && !stopping && !client.closed; ) {
    await pause(TICK_MS);
    elapsedMs = performance.now() - beganMs;
    if (elapsedMs > troubleMs && stallMs > 0) {
      await pause(stallMs);
      stallMs = 0;
    }
    const garbles = mishap === "garble" && elapsedMs > troubleMs;
    if (client.closed) break;
    for (const tag of play(elapsedMs)) {
      mediaMs = tag.timestampMs;
      if (garbles && chance.rarely(20)) garble(client, tag, chance);
      else client.send(chunkStreamOf(tag), tag.type, tag.body, tag.timestampMs);
    }
  }
  if (client.closed) {
    report.brokenOff += 1;
  } else if (mishap === "drop") {
    dropMidway(client);
  } else {
    client.command("FCUnpublish", 6, null, "key");
    client.command("deleteStream", 7, null, 1);
    await client.until(() => false);
  }
  return mediaMs;
}

/**
 * Shorter or longer than the 30 s after which the server ends a stream without data, but not about
 * as long: what is sent while the server ends it counts as sent, and isn't received.
 */
function stallLengthMs(chance: Chance): number {
  return chance.rarely(4) ? 40_000 + chance.below(5_000) : 1_000 + chance.below(22_000);
}

/**
 * A message with some bytes changed: in what it carries, or on the wire, where nothing fits
 * together afterwards.
 */
function garble(
  client: RtmpClient,
  tag: { readonly type: number; readonly body: Buffer; readonly timestampMs: number },
  chance: Chance,
): void {
  report.garbled += 1;
  const { type, timestampMs } = tag;
  const onWire = chance.rarely(8);
  const options = { chunkSize: CHUNK_BYTES, timestampMs };
  const bytes = onWire
    ? encodeMessage(chunkStreamOf(tag), type, 1, tag.body, options)
    : Buffer.from(tag.body);
  for (let change = chance.below(6); change >= 0; change--)
    bytes[chance.below(bytes.length)] = chance.below(256);
  if (onWire) {
    client.socket.write(bytes);
    return;
  }
  const timeMs = chance.rarely(4) ? chance.below(2 ** 32) : timestampMs;
  client.send(chunkStreamOf(tag), chance.rarely(30) ? chance.below(23) : type, bytes, timeMs);
}

function dropMidway(client: RtmpClient): void {
  const body = Buffer.alloc(3_000, 0x55);
  const message = encodeMessage(6, VIDEO, 1, body, { chunkSize: CHUNK_BYTES });
  client.socket.write(message.subarray(0, message.length / 2), () => client.socket.destroy());
}

process.on("message", async (said: readonly EncoderPlan[] | "stop") => {
  if (said === "stop") {
    stopping = true;
    return;
  }
  await Promise.all(
    said.map((plan, index) => live(plan, new Chance(Number(seed) * 1_000 + index))),
  );
  process.send?.(report);
  process.disconnect();
});
