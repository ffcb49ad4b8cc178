/**
 * Sends an FLV file over and over as N encoders, as fast as the server takes it: `flood.ts FILE PORT COUNT KEY_PREFIX`.
 * Prints the bytes sent so far every second.
 */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { chunkStreamOf, FlvLoop } from "../../packages/media/src/testing/flv-loop.ts";
import { beginPublishing } from "./begin-publishing.ts";

const [file = "", port = "", count = "", prefix = ""] = process.argv.slice(2);
/** So much waits for the server. */
const UNSENT_BYTES_MAX = 1024 * 1024;
const STEP_MS = 100;
const loop = new FlvLoop(readFileSync(file));
const sockets: Socket[] = [];

async function encoder(key: string): Promise<void> {
  const client = await beginPublishing(Number(port), key, loop);
  const { socket } = client;
  const play = loop.play();
  let mediaMs = 0;
  const send = (): void => {
    while (!client.closed && socket.writableLength < UNSENT_BYTES_MAX) {
      mediaMs += STEP_MS;
      for (const tag of play(mediaMs)) {
        client.send(chunkStreamOf(tag), tag.type, tag.body, tag.timestampMs);
      }
    }
  };
  socket.on("drain", send);
  socket.on("close", () => {
    process.stderr.write(`encoder ${key} was disconnected: ${client.status()}\n`);
  });
  sockets.push(socket);
  send();
}

for (let index = 0; index < Number(count); index += 1) {
  await encoder(`${prefix}${index}`);
}
setInterval(() => {
  const bytes = sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  process.stdout.write(`${bytes}\n`);
}, 1_000);
