/**
 * Sends an FLV file over and over as N encoders, as fast as the server takes it: `flood.ts FILE
 * PORT COUNT KEY_PREFIX`. Prints the bytes sent so far every second.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { chunkStreamOf, FlvLoop } from "../../packages/media/src/testing/flv-loop.ts";
import type { RtmpClient } from "../../packages/media/src/testing/rtmp-client.ts";
import { beginPublishing } from "./begin-publishing.ts";

const [file = "", port = "", count = "", prefix = ""] = process.argv.slice(2);
/** So much waits for the server. */
const UNSENT_BYTES_MAX = 1024 * 1024;
const STEP_MS = 1_000;
const loop = new FlvLoop(readFileSync(file));
const sockets: Socket[] = [];

async function encoder(key: string): Promise<void> {
  const client = await beginPublishing(Number(port), key, loop);
  const { socket } = client;
  const play = loop.play();
  sockets.push(socket);
  // Its end is reported below; a flood that has ended gives no figure.
  flood(client, play).catch(() => process.exit(1));
  socket.on("close", () => {
    process.stderr.write(`encoder ${key} was disconnected: ${client.status()}\n`);
  });
}

/** In turns: a server that takes all at once leaves time for the others and for the figures too. */
async function flood(client: RtmpClient, play: ReturnType<FlvLoop["play"]>): Promise<void> {
  const { socket } = client;
  for (let mediaMs = STEP_MS; !client.closed; mediaMs += STEP_MS) {
    for (const tag of play(mediaMs)) {
      client.send(chunkStreamOf(tag), tag.type, tag.body, tag.timestampMs);
    }
    await (socket.writableLength < UNSENT_BYTES_MAX ? setImmediate() : once(socket, "drain"));
  }
}

for (let index = 0; index < Number(count); index += 1) {
  await encoder(`${prefix}${index}`);
}
setInterval(() => {
  const bytes = sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  process.stdout.write(`${bytes}\n`);
}, 1_000);
