import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateChannelCommand, type IvsClient } from "@aws-sdk/client-ivs";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts, hasNginx, startConfiguredNginx, startNginx } from "../support/nginx.ts";
import { presignV4, signV2 } from "../support/presigned-url.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { type Encoder, makeFilm, publish } from "./ivs/encoder.ts";

/*
 * Caches in front of playback, in a real nginx: packaging/nginx, and the short form on the page
 * about playback. An object whose path nginx could read as a playlist's is never shown as one, and
 * nothing of a bucket is kept. Skipped where nginx or its stream module isn't installed.
 */

/** A bucket whose objects' paths begin as playback's do. */
const LOOKALIKE = "api";
const BUCKET = "behind-a-cache";
const CACHED_FOR_AN_HOUR = "public, max-age=3600";
const SHORT_FORM = /```nginx[^\n]*\n([\s\S]*?)```/;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

let dir: string;
let server: TestServer;
let encoder: Encoder;
/** The paths of a live channel's multivariant playlist, a variant's playlist, and a segment. */
let multivariant: string;
let playlist: string;
let segment: string;

/** Sends a path byte by byte: URL and fetch resolve dot segments. */
function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port, path, method, headers: { host: `localhost:${port}`, ...headers } }, (got) =>
      text(got).then(
        (body) => resolve({ status: got.statusCode ?? 0, body, headers: got.headers }),
        reject,
      ),
    )
      .once("error", reject)
      .end();
  });
}

async function liveChannel(ivs: IvsClient) {
  const { channel, streamKey } = await ivs.send(new CreateChannelCommand({ insecureIngest: true }));
  const url = `rtmp://127.0.0.1:${server.server.ports.rtmp}/app/${streamKey?.value}`;
  encoder = publish(await makeFilm(40), url, 1, true);
  const { port } = new URL(server.endpoint);
  const at = new URL(channel?.playbackUrl ?? "").pathname;
  const lineOf = async (path: string, line: RegExp) => {
    const [name] = line.exec((await ask(Number(port), path)).body) ?? [];
    return name && new URL(name, `http://x${path}`).pathname;
  };
  const variant = await until(() => lineOf(at, /^.*playlist\.m3u8$/m), "a playlist");
  return {
    multivariant: at,
    playlist: variant,
    segment: await until(() => lineOf(variant, /^\d+\.ts$/m), "a segment"),
  };
}

beforeAll(async () => {
  if (!hasNginx) return;
  dir = await mkdtemp(join(tmpdir(), "rolecast-playback-cache-"));
  server = await startTestServer({ trustedProxies: ["127.0.0.1"], logLevel: "silent" });
  const clients = server.clients();
  ({ multivariant, playlist, segment } = await liveChannel(clients.ivs));
  for (const Bucket of [BUCKET, LOOKALIKE])
    await clients.s3.send(new s3.CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  encoder?.kill();
  await encoder?.ended;
  await server?.close();
  if (dir) await rm(dir, { recursive: true });
});

/** The whole configuration, as it is installed. */
async function packaged() {
  const [http = 0, tls = 0, rtmp = 0, rtmps = 0, srt = 0] = await freePorts(5);
  const { ports, certificateFile } = server.server;
  const files = { certificate: certificateFile, key: certificateFile.replace(/crt$/, "key") };
  const upstream = ports as unknown as never;
  return startNginx(dir, [http, tls, rtmp, rtmps, srt], [upstream, upstream], files);
}

/** The page's short form, which reads as it stands but for the node's port. */
async function shortForm() {
  const page = await readFile(join(import.meta.dirname, "../../docs/playback.md"), "utf8");
  const [, lines = ""] = SHORT_FORM.exec(page) ?? [];
  const [port = 0] = await freePorts(1);
  const cache = await mkdtemp(join(dir, "short-"));
  return startConfiguredNginx(
    cache,
    port,
    lines
      .replaceAll("http://127.0.0.1:4566", server.endpoint)
      .replaceAll("/var/cache/hls", `${cache}/hls`)
      .replace("listen 80;", `listen 127.0.0.1:${port};`),
  );
}

describe.skipIf(!hasNginx).each([
  ["packaging/nginx", packaged],
  ["the short form of docs/playback.md", shortForm],
] as const)("%s", (_name, start) => {
  let port: number;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ port, close } = await start());
  });
  afterAll(() => close?.());

  /** Paths that nginx resolves to that of the playlist, below a bucket. */
  const spellings = () => [
    `/${BUCKET}/..%2F${playlist.slice(1).replaceAll("/", "%2F")}`,
    `/${BUCKET}/%2e%2e${playlist}`,
    `/${BUCKET}/%2E.${playlist}`,
    `/${BUCKET}/.%2e%2F${playlist.slice(1)}`,
    `/${BUCKET}/..${playlist}`,
    `/${BUCKET}/x/..%2f..${playlist}`,
    `/${BUCKET}/x/./%2e%2e/..${playlist}`,
  ];

  async function putObject(path: string, body: string) {
    const [, Bucket = "", ...key] = path.split("/");
    const Key = decodeURIComponent(key.join("/"));
    const Metadata = { "rolecast-cacheable": "1", cacheable: "1" };
    await server.clients().s3.send(
      new s3.PutObjectCommand({
        ...{ Bucket, Key, Body: body, Metadata, CacheControl: CACHED_FOR_AN_HOUR },
        ContentType: "application/vnd.apple.mpegurl",
      }),
    );
  }

  test("no spelling of an object's path makes it a playlist, or a playlist an object", async () => {
    for (const path of spellings()) {
      await putObject(path, `the object ${path}`);
      // Before the true one is in the cache, by an owner who means the worst.
      for (const query of ["", "response-cache-control=public%2C%20max-age%3D3600"]) {
        const signed = presignV4(`localhost:${port}`, { path, query });
        expect([path, (await ask(port, signed)).body]).toEqual([path, `the object ${path}`]);
      }
      expect((await ask(port, playlist)).body).toContain("#EXTM3U");
      // And after.
      const again = presignV4(`localhost:${port}`, { path });
      expect([path, (await ask(port, again)).body]).toEqual([path, `the object ${path}`]);
    }
  });

  test("a private object is read by its signature alone, however its path is spelled", async () => {
    const own = [...spellings(), playlist.replace("/api/", `/${LOOKALIKE}/`), `/${BUCKET}/plain`];
    for (const path of own) {
      await putObject(path, "private");
      const signed = presignV4(`localhost:${port}`, { path });
      expect((await ask(port, signed)).body).toBe("private");
      const headers = signV2({ path });
      expect((await ask(port, path, headers)).body).toBe("private");
      for (const asked of [path, `${path}?`, `${path}?t=1`])
        expect([asked, (await ask(port, asked)).body]).not.toEqual([asked, "private"]);
      // Ranges are signed for, and the cache would have dropped them.
      const some = presignV4(`localhost:${port}`, { path, headers: { range: "bytes=0-3" } });
      expect((await ask(port, some, { range: "bytes=0-3" })).body).toBe("priv");
    }
  });

  test("playlists and segments come from the cache, errors and odd paths don't", async () => {
    const states: Record<string, unknown[]> = {};
    for (const path of [multivariant, playlist, segment]) {
      const kept = await until(async () => {
        const answer = await ask(port, path);
        return answer.headers["x-cache-status"] === "HIT" && answer;
      }, `${path} from the cache`);
      expect(kept.status).toBe(200);
      expect(kept.headers).toMatchObject({ "access-control-allow-origin": "*" });
      expect(kept.headers).not.toHaveProperty("x-rolecast-cacheable");
      const head = await ask(port, path, {}, "HEAD");
      expect([head.status, head.body]).toEqual([200, ""]);
    }
    const whole = await ask(port, segment);
    const part = await ask(port, segment, { range: "bytes=0-187" });
    expect([part.status, part.headers["content-range"]]).toEqual([
      206,
      `bytes 0-187/${whole.headers["content-length"]}`,
    ]);
    const folder = segment.slice(0, segment.lastIndexOf("/"));
    const odd = [
      `${folder}/999999.ts`,
      `${segment}%20`,
      `${folder}/%2e/${segment.slice(folder.length + 1)}`,
      `${folder}/x/..%2F${segment.slice(folder.length + 1)}`,
      `${folder}/x/../${segment.slice(folder.length + 1)}`,
      `/${segment}`,
      segment.replace("/api/", "/api%2F"),
    ];
    for (const path of odd)
      for (const _ of ["first", "again"]) {
        const { status, headers } = await ask(port, path);
        (states[path] ??= []).push(status >= 400, headers["x-cache-status"] === "HIT");
      }
    expect(states).toEqual(
      Object.fromEntries(odd.map((path) => [path, [true, false, true, false]])),
    );
  });

  test("a reload's parameters that a node reads and a cache doesn't are never cached", async () => {
    // The node takes an escape for the name that it is: others would wait for the same answer.
    for (const query of ["%5FHLS_msn=0", "x=%26_HLS_msn=0", "_HLS_msn=x", "_HLS_part=0"])
      for (const _ of ["first", "again"]) {
        const { headers } = await ask(port, `${playlist}?${query}`);
        expect([query, headers["x-cache-status"]]).not.toEqual([query, "HIT"]);
      }
  });
});
