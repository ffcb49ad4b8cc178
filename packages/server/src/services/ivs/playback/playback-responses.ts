import { Readable } from "node:stream";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { readByteRange } from "./byte-range.ts";

/** RFC 8216, section 4. */
const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
const TRANSPORT_STREAM_TYPE = "video/mp2t";
const FRAGMENT_TYPE = "video/mp4";
/**
 * Half of the shortest segment: a cache in front asks once a second, however many viewers ask it.
 */
const PLAYLIST_CACHE = "public, max-age=1";
/** A segment's URL names its stream, so that it never means anything else. */
const SEGMENT_CACHE = "public, max-age=60, immutable";
/**
 * The mark of an answer that caches in front may keep (packaging/nginx). Playback alone sets it, so
 * that no object passes for a playlist, however a cache reads the object's path.
 */
const CACHEABLE_HEADER = "x-rolecast-cacheable";
/** A viewer's own: no cache may give it to another one. */
const OWN_PLAYLIST_CACHE = "private, no-store";
const OWN_SEGMENT_CACHE = "private, max-age=60, immutable";

/** The origins that may read an answer, and for how long it may be kept. */
export interface Audience {
  /** `Access-Control-Allow-Origin`. */
  readonly allowOrigin: string;
  readonly isShared: boolean;
}

const EVERYBODY: Audience = { allowOrigin: "*", isShared: true };

export function preflightResponse(): PlainResponse {
  return { status: 204, headers: corsHeaders(EVERYBODY), body: undefined };
}

export function playlistResponse(
  text: string,
  { method }: PlainRequest,
  audience: Audience,
): PlainResponse {
  const headers = {
    ...corsHeaders(audience),
    "content-type": PLAYLIST_TYPE,
    "content-length": String(Buffer.byteLength(text)),
    ...cacheHeaders(audience, PLAYLIST_CACHE, OWN_PLAYLIST_CACHE),
  };
  return { status: 200, headers, body: method === "HEAD" ? undefined : text };
}

export function segmentType(file: string): string {
  return file.endsWith(".mp4") ? FRAGMENT_TYPE : TRANSPORT_STREAM_TYPE;
}

export function segmentResponse(
  content: Uint8Array,
  contentType: string,
  { method, headers: asked }: PlainRequest,
  audience: Audience,
): PlainResponse {
  const range = readByteRange(asked.range, content.length);
  if (range === "unsatisfiable") return unsatisfiableResponse(content.length, audience);
  const headers = { ...mediaHeaders(contentType, audience), "accept-ranges": "bytes" };
  const { start, end } = range ?? { start: 0, end: content.length };
  const contentRange = { "content-range": `bytes ${start}-${end - 1}/${content.length}` };
  return {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      ...(range ? contentRange : {}),
      "content-length": String(end - start),
    },
    body: method === "HEAD" ? undefined : content.subarray(start, end),
  };
}

/** Kept by no cache, as every error. */
function unsatisfiableResponse(sizeBytes: number, audience: Audience): PlainResponse {
  const headers = {
    ...corsHeaders(audience),
    "cache-control": OWN_PLAYLIST_CACHE,
    "accept-ranges": "bytes",
    "content-range": `bytes */${sizeBytes}`,
    "content-length": "0",
  };
  return { status: 416, headers, body: undefined };
}

/** A segment whose length isn't known yet. */
export function growingResponse(
  content: AsyncIterable<Uint8Array>,
  contentType: string,
  { method }: PlainRequest,
  audience: Audience,
): PlainResponse {
  const body = method === "HEAD" ? undefined : Readable.from(content, { objectMode: false });
  return { status: 200, headers: mediaHeaders(contentType, audience), body };
}

function mediaHeaders(contentType: string, audience: Audience): Record<string, string> {
  return {
    ...corsHeaders(audience),
    "content-type": contentType,
    ...cacheHeaders(audience, SEGMENT_CACHE, OWN_SEGMENT_CACHE),
  };
}

function cacheHeaders({ isShared }: Audience, shared: string, own: string): Record<string, string> {
  return isShared ? { "cache-control": shared, [CACHEABLE_HEADER]: "1" } : { "cache-control": own };
}

/** Errors are a list with one entry. They are readable for every origin and kept by no cache. */
export function refusalResponse(
  status: number,
  error: string,
  errorCode: string,
  request: PlainRequest,
): PlainResponse {
  const headers = {
    ...corsHeaders(EVERYBODY),
    "content-type": "application/json",
    "cache-control": OWN_PLAYLIST_CACHE,
  };
  const entry = { url: shownUrl(request), error, error_code: errorCode, type: "error" };
  return { status, headers, body: JSON.stringify([entry]) };
}

/** The request's own URL but for its token, which is a secret. */
function shownUrl({ path, query }: PlainRequest): string {
  const shown = new URLSearchParams(query);
  shown.delete("token");
  const rest = shown.toString();
  return rest === "" ? path : `${path}?${rest}`;
}

function corsHeaders({ allowOrigin }: Audience): Record<string, string> {
  return {
    "access-control-allow-origin": allowOrigin,
    ...(allowOrigin === "*" ? {} : { vary: "origin" }),
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "*",
    "access-control-expose-headers": "*",
    "access-control-max-age": "86400",
  };
}
