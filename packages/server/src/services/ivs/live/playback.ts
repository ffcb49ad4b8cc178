import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { resourceArn } from "../resource-arn.ts";
import type { Broadcast } from "./broadcast.ts";
import type { LiveStreams } from "./live-streams.ts";

const PREFIX = "/api/video/v1/";
const PLAYLIST_SUFFIX = ".m3u8";
const SEGMENT_SUFFIX = ".ts";
const MEDIA_PLAYLIST = "playlist.m3u8";
/** RFC 8216, section 4. */
const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
const SEGMENT_TYPE = "video/mp2t";
/** A segment's URL names its stream, so that it never means anything else. */
const SEGMENT_CACHE = "public, max-age=60, immutable";
const PLAYLIST_CACHE = "no-cache, no-store, private";
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "*",
  "access-control-expose-headers": "*",
  "access-control-max-age": "86400",
};

/** What a playback path asks for. */
interface PlaybackTarget {
  readonly channelArn: string;
  /** Undefined for the multivariant playlist. */
  readonly part:
    | { readonly streamId: string; readonly rendition: string; readonly file: string }
    | undefined;
  /** `<region>.<account>.channel.<id>` */
  readonly name: string;
}

/**
 * Live HLS: `/api/video/v1/<name>.m3u8` and, relative to it, `<name>/<stream id>/<rendition>/…`.
 * Undefined: not a playback request.
 */
export async function answerPlayback(
  request: PlainRequest,
  live: LiveStreams,
): Promise<PlainResponse | undefined> {
  if (!request.path.startsWith(PREFIX) || isSigned(request)) return undefined;
  if (request.method === "OPTIONS") return { status: 204, headers: CORS, body: undefined };
  if (request.method !== "GET" && request.method !== "HEAD")
    return refusal(405, "Method not allowed", "method_not_allowed");
  const target = parsePlaybackPath(request.path);
  const broadcast = target && live.playable(target.channelArn);
  const opened = broadcast?.playable;
  if (!target || !broadcast || !opened) return notFound();
  if (target.part && target.part.streamId !== broadcast.streamId) return notFound();
  if (opened.authorized) return refusal(403, "Missing or invalid playback token", "forbidden");
  const response = await answerTarget(target, broadcast, request, live);
  return response ?? notFound();
}

async function answerTarget(
  { channelArn, part, name }: PlaybackTarget,
  { streamId }: Broadcast,
  request: PlainRequest,
  live: LiveStreams,
): Promise<PlainResponse | undefined> {
  const head = request.method === "HEAD";
  if (!part) {
    const text = await live.engine.multivariantPlaylist(channelArn, `${name}/${streamId}/`);
    return text === undefined ? undefined : file(text, PLAYLIST_TYPE, PLAYLIST_CACHE, head);
  }
  if (part.file === MEDIA_PLAYLIST) {
    live.viewers.note(streamId, viewerOf(request));
    const text = await live.engine.mediaPlaylist(channelArn, part.rendition);
    return text === undefined ? undefined : file(text, PLAYLIST_TYPE, PLAYLIST_CACHE, head);
  }
  const sequence = sequenceOf(part.file);
  if (sequence === undefined) return undefined;
  const segment = await live.engine.segment(channelArn, part.rendition, sequence);
  return segment && file(segment, SEGMENT_TYPE, SEGMENT_CACHE, head);
}

/** A signed request for such a path means an object of a bucket called `api`. */
function isSigned({ headers, query }: PlainRequest): boolean {
  return headers.authorization !== undefined || query.has("X-Amz-Signature");
}

function parsePlaybackPath(path: string): PlaybackTarget | undefined {
  const [first = "", streamId, rendition, fileName, ...more] = path.slice(PREFIX.length).split("/");
  if (streamId === undefined) {
    if (!first.endsWith(PLAYLIST_SUFFIX)) return undefined;
    const name = first.slice(0, -PLAYLIST_SUFFIX.length);
    const channelArn = channelArnOf(name);
    return channelArn === undefined ? undefined : { channelArn, name, part: undefined };
  }
  if (rendition === undefined || fileName === undefined || more.length > 0) return undefined;
  const channelArn = channelArnOf(first);
  if (channelArn === undefined) return undefined;
  return { channelArn, name: first, part: { streamId, rendition, file: fileName } };
}

function channelArnOf(name: string): string | undefined {
  const [region, accountId, type, id, ...more] = name.split(".");
  if (!region || !accountId || type !== "channel" || !id || more.length > 0) return undefined;
  return resourceArn({ region, accountId }, "channel", id);
}

function sequenceOf(fileName: string): number | undefined {
  if (!fileName.endsWith(SEGMENT_SUFFIX)) return undefined;
  const sequence = Number(fileName.slice(0, -SEGMENT_SUFFIX.length) || Number.NaN);
  return Number.isSafeInteger(sequence) && sequence >= 0 ? sequence : undefined;
}

/** Browsers of one household share an address; two tabs of one browser count as one viewer. */
function viewerOf({ remoteAddress, headers }: PlainRequest): string {
  return `${remoteAddress} ${headers["user-agent"] ?? ""}`.slice(0, 256);
}

function file(
  content: string | Uint8Array,
  contentType: string,
  cacheControl: string,
  head: boolean,
): PlainResponse {
  const headers = {
    ...CORS,
    "content-type": contentType,
    "content-length": String(Buffer.byteLength(content)),
    "cache-control": cacheControl,
  };
  return { status: 200, headers, body: head ? undefined : content };
}

/** Wrong URL or offline: players are told the same. */
function notFound(): PlainResponse {
  return refusal(404, "Can not find channel", "");
}

/** Playback errors are a list with one entry. */
function refusal(status: number, error: string, errorCode: string): PlainResponse {
  return {
    status,
    headers: { ...CORS, "content-type": "application/json", "cache-control": PLAYLIST_CACHE },
    body: JSON.stringify([{ url: "", error, error_code: errorCode, type: "error" }]),
  };
}
