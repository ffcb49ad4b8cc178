import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import {
  type Audience,
  growingResponse,
  playlistResponse,
  preflightResponse,
  refusalResponse,
  segmentResponse,
  segmentType,
} from "./playback-responses.ts";

const EVERYBODY: Audience = { allowOrigin: "*", isShared: true };
/** Any origin may read what a token of one viewer shows. */
const VIEWER: Audience = { allowOrigin: "*", isShared: false };
const ORIGIN: Audience = { allowOrigin: "https://a.example", isShared: false };

const request = (method = "GET", headers: Readonly<Record<string, string>> = {}): PlainRequest =>
  ({
    method,
    path: "/a/b",
    query: new URLSearchParams("token=secret&b=1"),
    headers,
  }) as unknown as PlainRequest;

/** The headers by which a browser lets a page read the answer. */
const cors = ({ allowOrigin }: Audience) => ({
  "access-control-allow-origin": allowOrigin,
  ...(allowOrigin === "*" ? {} : { vary: "origin" }),
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "*",
  "access-control-expose-headers": "*",
  "access-control-max-age": "86400",
});

async function textOf({ body }: PlainResponse): Promise<string | undefined> {
  if (body instanceof Readable) return Buffer.concat(await body.toArray()).toString();
  return body === undefined ? undefined : Buffer.from(body as Uint8Array | string).toString();
}

const AUDIENCES: readonly (readonly [string, Audience, string, string])[] = [
  ["everybody", EVERYBODY, "public, max-age=1", "public, max-age=60, immutable"],
  ["one viewer", VIEWER, "private, no-store", "private, max-age=60, immutable"],
  ["one origin", ORIGIN, "private, no-store", "private, max-age=60, immutable"],
];
const TEXT = "0123456789é";
const CONTENT = Buffer.from(TEXT);

test.each(AUDIENCES)(
  "for %s, each answer is kept and read as it may be",
  async (_, audience, brief, long) => {
    const headers = (type: string, cache: string) => ({
      ...{ ...cors(audience), "content-type": type, "cache-control": cache },
      ...(audience.isShared ? { "x-rolecast-cacheable": "1" } : {}),
    });
    const length = { "content-length": "12" };
    for (const method of ["GET", "HEAD"]) {
      const text = method === "GET" ? TEXT : undefined;
      const asked = request(method);
      const playlist = playlistResponse(TEXT, asked, audience);
      expect({ ...playlist, body: await textOf(playlist) }).toEqual({
        status: 200,
        headers: { ...headers("application/vnd.apple.mpegurl", brief), ...length },
        body: text,
      });
      const segment = segmentResponse(CONTENT, "video/mp2t", asked, audience);
      expect({ ...segment, body: await textOf(segment) }).toEqual({
        status: 200,
        headers: { ...headers("video/mp2t", long), ...length, "accept-ranges": "bytes" },
        body: text,
      });
      const content = (async function* () {
        yield CONTENT;
      })();
      const growing = growingResponse(content, "video/mp4", asked, audience);
      expect({ ...growing, body: await textOf(growing) }).toEqual({
        status: 200,
        headers: headers("video/mp4", long),
        body: text,
      });
    }
  },
);

/** RFC 9110, section 14.1.2; undefined for the whole content. */
test.each<[string, [start: number, end: number] | "unsatisfiable" | undefined]>([
  ["bytes=0-0", [0, 0]],
  ["bytes=0-11", [0, 11]],
  ["bytes=0-12", [0, 11]],
  ["bytes=3-5", [3, 5]],
  ["bytes=11-", [11, 11]],
  ["bytes=0-", [0, 11]],
  ["bytes=-1", [11, 11]],
  ["bytes=-12", [0, 11]],
  ["bytes=-13", [0, 11]],
  ["bytes=12-", "unsatisfiable"],
  ["bytes=12-13", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=5-3", undefined],
  ["bytes=-", undefined],
  ["bytes=0-1,3-4", undefined],
  ["bytes 0-1", undefined],
  ["xbytes=0-1", undefined],
  ["bytes=0-1x", undefined],
  ["", undefined],
])("the range %j of twelve bytes is %j", (range, expected) => {
  const asked = request("GET", { range });
  const { status, headers, body } = segmentResponse(CONTENT, "video/mp2t", asked, EVERYBODY);
  const shown = [headers["content-range"], headers["content-length"]];
  if (expected === "unsatisfiable") {
    expect([status, ...shown, body]).toEqual([416, "bytes */12", "0", undefined]);
    expect([headers["cache-control"], headers["x-rolecast-cacheable"]]).toEqual([
      ...["private, no-store", undefined],
    ]);
  } else if (expected === undefined) {
    expect([status, ...shown, body]).toEqual([200, undefined, "12", CONTENT]);
  } else {
    const [start, end] = expected;
    const part = CONTENT.subarray(start, end + 1);
    expect([status, ...shown, body]).toEqual([
      ...[206, `bytes ${start}-${end}/12`, String(part.length), part],
    ]);
  }
});

test("a refusal is read by every origin, kept by none, and shows no token", () => {
  const refused = refusalResponse(403, "Forbidden", "forbidden", request());
  const entry = { url: "/a/b?b=1", error: "Forbidden", error_code: "forbidden", type: "error" };
  expect(refused).toEqual({
    status: 403,
    headers: {
      ...cors(EVERYBODY),
      ...{ "content-type": "application/json", "cache-control": "private, no-store" },
    },
    body: JSON.stringify([entry]),
  });
  const plain = { ...request(), query: new URLSearchParams("token=secret") };
  expect(refusalResponse(404, "", "", plain).body).toContain('"url":"/a/b"');
});

test("a preflight is answered without a body, and segments are named by their kind", () => {
  expect(preflightResponse()).toEqual({ status: 204, headers: cors(EVERYBODY), body: undefined });
  expect(["1.mp4", "1.ts", "mp4.ts"].map(segmentType)).toEqual([
    ...["video/mp4", "video/mp2t", "video/mp2t"],
  ]);
});
