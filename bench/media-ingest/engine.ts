/**
 * The engine under test, in a process of its own. Prints its RTMP port and an HTTP port that serves live playlists
 * at `/<stream key>`, or `/<stream key>/<rendition>`. With `ladder` it makes the renditions of STANDARD channels. The
 * second argument is the number of ingest workers, whose process ids are printed too.
 */
import { createServer } from "node:http";
import { createMediaEngine, findFfmpeg } from "../../packages/media/src/index.ts";
import { testCertificate } from "../../packages/media/src/testing/test-certificate.ts";

const recording =
  process.argv[2] === "record"
    ? ({ renditions: "all", thumbnails: undefined } as const)
    : undefined;
const ladder = process.argv[2] === "ladder" ? ({ type: "STANDARD" } as const) : undefined;
let broadcasts = 0;
const engine = createMediaEngine(
  {
    ...{ host: "127.0.0.1", rtmpPort: 0, rtmpsPort: 0, tls: testCertificate },
    ffmpeg: findFfmpeg("auto", process.env.PATH),
    transcodeCores: 64,
    workers: Number(process.argv[3] ?? 0),
  },
  {
    authorizePublish: async ({ streamKey }) => {
      broadcasts += 1;
      const streamId = `st-${broadcasts}`;
      const made = ladder === undefined ? {} : { ladder };
      return { allow: true, streamName: streamKey, streamId, recording, ...made };
    },
    event: (event) => {
      if (event.type === "session-ended" || event.type === "recording-gap") {
        process.stderr.write(`${event.type} ${event.streamName} ${event.message}\n`);
      }
    },
    startRecording: async () => ({ rows: [], thumbnails: 0 }),
    putRecordingObject: async () => undefined,
  },
);
const { rtmpPort } = await engine.start();
const { workers = [] } = await engine.health();
const server = createServer((request, response) => {
  const [, key = "", rendition = "chunked"] = (request.url ?? "/").split("/");
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
