import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PlainRequest } from "../../../kernel/service.ts";
import { CHANNEL_ARN, type Life, LiveWorld } from "../testing/live-world.ts";
import { answerPlayback } from "./answer-playback.ts";
import { PlaybackGate } from "./playback-gate.ts";
import { RevokedViewers } from "./revoked-viewers.ts";

const STREAM_ID = "st-1aaaaaaaaaaaaaaaaaaaaaa";
const NAME = "us-east-1.000000000000.channel.channelchann";
const ROOT = `/api/video/v1/${NAME}`;

let world: LiveWorld;
let life: Life;
let gate: PlaybackGate;
beforeAll(async () => {
  world = await LiveWorld.open();
  life = world.begin();
  const { deps } = life;
  const revoked = new RevokedViewers(deps.store, deps.clock);
  gate = new PlaybackGate({ ...deps, countryOf: () => "DE", revoked });
  await life.engine.broadcast(CHANNEL_ARN, STREAM_ID, 1);
  await life.live.settled(CHANNEL_ARN);
});
afterAll(() => world.close());

function ask(path: string, more: Partial<PlainRequest> = {}) {
  const request: PlainRequest = {
    method: "GET",
    path,
    query: new URLSearchParams(),
    headers: {},
    remoteAddress: "::1",
    scheme: "http",
    isSigned: false,
    body: Readable.from([]),
    ...more,
  };
  return answerPlayback(request, life.live, gate);
}

test("the multivariant playlist leads to the stream's own playlists and segments", async () => {
  const multivariant = await ask(`${ROOT}.m3u8`);
  expect(multivariant).toMatchObject({
    status: 200,
    headers: {
      "content-type": "application/vnd.apple.mpegurl",
      "access-control-allow-origin": "*",
      "cache-control": "public, max-age=1",
    },
  });
  const next = new URL(String(multivariant?.body), `http://x${ROOT}.m3u8`).pathname;
  expect(next).toBe(`${ROOT}/${STREAM_ID}/chunked/playlist.m3u8`);
  expect(life.live.viewers.count(STREAM_ID)).toBe(0);
  expect(await ask(next)).toMatchObject({ status: 200, body: "#EXTM3U" });
  expect(life.live.viewers.count(STREAM_ID)).toBe(1);
  expect([...life.live.viewers.countByCountry(STREAM_ID)]).toEqual([["DE", 1]]);
  const segment = await ask(`${ROOT}/${STREAM_ID}/chunked/7.ts`);
  expect(segment).toMatchObject({
    status: 200,
    headers: {
      "content-type": "video/mp2t",
      "content-length": "7",
      "cache-control": "public, max-age=60, immutable",
    },
  });
  expect(String(segment?.body)).toBe("segment");
  expect(String((await ask(`${ROOT}/${STREAM_ID}/chunked/7.0.ts`))?.body)).toBe("part");
  const head = await ask(`${ROOT}/${STREAM_ID}/chunked/7.ts`, { method: "HEAD" });
  expect(head).toMatchObject({ status: 200, headers: { "content-length": "7" }, body: undefined });
});

test.each<[string, number, string | undefined, string | undefined]>([
  ["bytes=1-3", 206, "bytes 1-3/7", "egm"],
  ["bytes=5-99", 206, "bytes 5-6/7", "nt"],
  ["bytes=-2", 206, "bytes 5-6/7", "nt"],
  ["bytes=0-", 206, "bytes 0-6/7", "segment"],
  ["bytes=7-", 416, "bytes */7", undefined],
  ["bytes=-0", 416, "bytes */7", undefined],
  ["bytes=3-1", 200, undefined, "segment"],
  ["bytes=0-1,3-4", 200, undefined, "segment"],
  ["lines=1-2", 200, undefined, "segment"],
])("a segment's range %s is answered %i", async (range, status, contentRange, body) => {
  const answer = await ask(`${ROOT}/${STREAM_ID}/chunked/7.ts`, { headers: { range } });
  expect(answer?.status).toBe(status);
  expect(answer?.headers["content-range"]).toBe(contentRange);
  expect(answer?.body?.toString()).toBe(body);
});

test.each([
  ["_HLS_msn=7&_HLS_part=1", 200],
  ["_HLS_msn=7", 200],
  ["_HLS_msn=8", 503],
  ["_HLS_msn=99", 400],
  ["_HLS_part=1", 400],
  ["_HLS_msn=-1", 400],
  ["_HLS_msn=7&_HLS_part=x", 400],
])("a playlist that is asked for with %s is answered %i", async (query, status) => {
  const path = `${ROOT}/${STREAM_ID}/chunked/playlist.m3u8`;
  const answer = await ask(path, { query: new URLSearchParams(query) });
  expect(answer?.status).toBe(status);
});

test.each([
  ["another channel", `${ROOT}x.m3u8`],
  ["another stream of the channel", `${ROOT}/st-1bbbbbbbbbbbbbbbbbbbbbb/chunked/7.ts`],
  ["a rendition that isn't there", `${ROOT}/${STREAM_ID}/720p/playlist.m3u8`],
  ["a segment that isn't there", `${ROOT}/${STREAM_ID}/chunked/8.ts`],
  ["a part that isn't there", `${ROOT}/${STREAM_ID}/chunked/7.1.ts`],
  ["a part of a part", `${ROOT}/${STREAM_ID}/chunked/7.0.0.ts`],
  ["a segment without a number", `${ROOT}/${STREAM_ID}/chunked/.ts`],
  ["a segment with a wrong number", `${ROOT}/${STREAM_ID}/chunked/-7.ts`],
  ["a session where none is needed", `${ROOT}/${STREAM_ID}/session/chunked/7.ts`],
  ["too long a path", `${ROOT}/${STREAM_ID}/chunked/7.ts/7.ts`],
  ["too short a path", `${ROOT}/${STREAM_ID}/chunked`],
  ["a name of another kind", "/api/video/v1/us-east-1.000000000000.stage.channelchann.m3u8"],
  ["no name", "/api/video/v1/.m3u8"],
  ["an escape", `${ROOT}/${STREAM_ID}/chunked/%37.ts`],
  ["a dot segment", `${ROOT}/${STREAM_ID}/chunked/../chunked/7.ts`],
  ["an encoded dot segment", `/api/video/v1/x/%2e%2e/${NAME}.m3u8`],
  ["dots and an encoded slash", `/api/video/v1/x/..%2f${NAME}.m3u8`],
  ["an empty name", `/api/video/v1//${NAME}.m3u8`],
  ["nothing", "/api/video/v1/"],
])("answers 404 to %s", async (_what, path) => {
  expect(await ask(path)).toMatchObject({
    status: 404,
    headers: { "access-control-allow-origin": "*" },
  });
});

test("preflights are answered, other methods are not, and signed requests are S3's", async () => {
  expect(await ask(`${ROOT}.m3u8`, { method: "OPTIONS" })).toMatchObject({ status: 204 });
  expect(await ask(`${ROOT}.m3u8`, { method: "PUT" })).toMatchObject({ status: 405 });
  expect(await ask(`${ROOT}.m3u8`, { isSigned: true })).toBeUndefined();
  expect(await ask("/api/video/v2/x.m3u8")).toBeUndefined();
});
