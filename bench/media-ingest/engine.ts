/**
 * The engine under test, in a process of its own. Prints its RTMP port and an HTTP port that serves
 * live playlists at `/<stream key>`, or `/<stream key>/<rendition>`. With `ladder` it makes the
 * renditions of STANDARD channels, with `ladder-low` those of latencyMode LOW, in parts. The second
 * argument is the number of ingest workers, whose process ids are printed too. With `record`
 * objects are written into the folder of the third. `/arrivals` lists when each segment of each
 * stream was listed. Offers of WebRTC are posted to `/offers/<stream key>`.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { createMediaEngine, findFfmpeg, letHeapGrow } from "../../packages/media/src/index.ts";
import { BELOW_SOURCE } from "../../packages/media/src/testing/ladders.ts";
import { recordedBytes } from "../../packages/media/src/testing/recorded-bytes.ts";
import { testCertificate } from "../../packages/media/src/testing/test-certificate.ts";

const recording =
  process.argv[2] === "record"
    ? ({ renditions: "all", thumbnails: undefined } as const)
    : undefined;
const mode = process.argv[2] ?? "";
const ladder = mode.startsWith("ladder") ? BELOW_SOURCE : undefined;
const folder = process.argv[4];
const live = new Set<string>();
/** The wall-clock time at which the segment of each sequence number was listed, by stream key. */
const arrivals = new Map<string, number[]>();
let broadcasts = 0;

// `rolecast start` does so too.
letHeapGrow();
const engine = createMediaEngine(
  {
    ...{ host: "127.0.0.1", path: "app", tls: testCertificate },
    ports: { rtmp: { port: 0 }, rtmps: { port: 0 }, webrtc: { port: 0 } },
    ffmpeg: findFfmpeg("auto", process.env.PATH),
    transcodeCores: 64,
    workers: Number(process.argv[3] ?? 0),
  },
  {
    authorizePublish: async ({ name: streamName }) => {
      broadcasts += 1;
      const streamId = `st-${broadcasts}`;
      const made = ladder === undefined ? {} : { ladder, lowLatency: mode === "ladder-low" };
      return { allow: true, streamName, streamId, recording, ...made };
    },
    event: (event) => {
      if (event.type === "stream-start") {
        live.add(event.streamName);
        noteArrivals(event.streamName);
      } else if (event.type === "stream-end") {
        live.delete(event.streamName);
      }
      if (event.type === "health" && event.warnings.length > 0) {
        process.stderr.write(`${event.streamName} ${event.warnings.join(" ")}\n`);
      }
      if (event.type === "session-ended" || event.type === "recording-gap") {
        process.stderr.write(`${event.type} ${event.streamName} ${event.message}\n`);
      }
    },
    startRecording: async () => ({ rows: [], thumbnails: 0 }),
    putRecordingObject: async ({ streamId, path, body }) => {
      if (folder === undefined) {
        return;
      }
      const file = join(folder, streamId, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, recordedBytes(body));
    },
  },
);
async function noteArrivals(streamName: string): Promise<void> {
  const listed: number[] = [];
  arrivals.set(streamName, listed);
  // All of an ended stream is there at once, also what never comes.
  while (live.has(streamName)) {
    const arrival = await engine.awaitMedia(streamName, "chunked", { sequence: listed.length });
    if (arrival === "never") {
      return;
    }
    if (arrival === "ready") {
      listed.push(Date.now());
    }
  }
}

const { rtmp: rtmpPort } = await engine.start();
const { workers = [] } = await engine.health();
const server = createServer(async (request, response) => {
  const [, key = "", rendition = "chunked"] = (request.url ?? "/").split("/");
  if (key === "arrivals") {
    response.end(JSON.stringify([...arrivals]));
    return;
  }
  if (key === "offers") {
    const about = { name: rendition, remoteAddress: "127.0.0.1", secure: true };
    const offer = { ...about, description: await text(request) };
    const { description } = await engine.negotiate("webrtc", offer);
    response.writeHead(201).end(description);
    return;
  }
  engine.mediaPlaylist(key, rendition).then((playlist) => {
    response.writeHead(playlist === undefined ? 404 : 200).end(playlist);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const httpPort = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(
    `${JSON.stringify({ rtmpPort, httpPort, workers: workers.map(({ pid }) => pid) })}\n`,
  );
});
