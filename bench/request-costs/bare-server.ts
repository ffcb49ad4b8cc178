import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/*
 * What node can do with a request's bytes and nothing else: writes them to a file, which it then
 * forces to the disk, and reads them. A POST is read and answered with the bytes that were PUT at
 * `/answer` before. `node bare-server.ts FOLDER`.
 */
const [, , folder = "."] = process.argv;
const ANSWER = "/answer";
let posted = Buffer.alloc(0);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = join(folder, (request.url ?? "").replaceAll("/", "_"));
  if (request.method === "GET") {
    response.writeHead(200, { "content-length": (await stat(file)).size });
    await pipeline(createReadStream(file), response);
    return;
  }
  if (request.method === "POST") {
    request.resume();
    await once(request, "end");
    response.writeHead(200, { "content-type": "text/xml", "content-length": posted.length });
    response.end(posted);
    return;
  }
  await pipeline(request, createWriteStream(file));
  const handle = await open(file, "r+");
  await handle.sync();
  await handle.close();
  if (request.url === ANSWER) posted = await readFile(file);
  response.writeHead(200, { "content-length": 0 }).end();
}

const server = createServer((request, response) => {
  // The client closes its connections at the end of a round.
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""} Ready.`);
});
