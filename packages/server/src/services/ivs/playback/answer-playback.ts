import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import type { LiveStreams } from "../live/live-streams.ts";
import type { Admission, PlaybackGate } from "./playback-gate.ts";
import {
  isPlaybackPath,
  type PlaybackPart,
  type PlaybackTarget,
  parsePlaybackPath,
  variantsPath,
} from "./playback-path.ts";
import { PlaybackRefusal } from "./playback-refusal.ts";
import {
  playlistResponse,
  preflightResponse,
  refusalResponse,
  segmentResponse,
} from "./playback-responses.ts";

const SEGMENT_SUFFIX = ".ts";
const MEDIA_PLAYLIST = "playlist.m3u8";

/** Live HLS, to whom the gate lets in. Undefined: not a playback request. */
export async function answerPlayback(
  request: PlainRequest,
  live: LiveStreams,
  gate: PlaybackGate,
): Promise<PlainResponse | undefined> {
  if (!isPlaybackPath(request.path) || isSigned(request)) return undefined;
  if (request.method === "OPTIONS") return preflightResponse();
  if (request.method !== "GET" && request.method !== "HEAD")
    return refusalResponse(405, "Method not allowed", "method_not_allowed", request);
  const target = parsePlaybackPath(request.path);
  try {
    const response = target && (await answerTarget(target, request, live, gate));
    return response ?? notFound(request);
  } catch (error) {
    if (!(error instanceof PlaybackRefusal)) throw error;
    return refusalResponse(403, error.message, error.code, request);
  }
}

async function answerTarget(
  { channelArn, part, name }: PlaybackTarget,
  request: PlainRequest,
  live: LiveStreams,
  gate: PlaybackGate,
): Promise<PlainResponse | undefined> {
  const broadcast = live.playable(channelArn);
  const opened = broadcast?.playable;
  if (!broadcast || !opened) return undefined;
  const { streamId } = broadcast;
  const subject = { channelArn, streamId, rules: opened.rules };
  if (!part) {
    const admission = await gate.begin(request, subject);
    const variants = variantsPath(name, streamId, admission.sealedSession);
    const { heightMax } = admission;
    const text = await live.engine.multivariantPlaylist(channelArn, variants, heightMax);
    return text === undefined ? undefined : playlistResponse(text, request, admission);
  }
  const isOfSession = part.sealedSession === undefined || opened.rules.authorized;
  if (part.streamId !== streamId || !isOfSession) return undefined;
  const admission = await gate.resume(request, subject, part.sealedSession);
  const height = await live.engine.renditionHeight(channelArn, part.rendition);
  if (height === undefined || height > (admission.heightMax ?? height)) return undefined;
  return answerPart(part, channelArn, request, live, admission);
}

async function answerPart(
  { streamId, rendition, file }: PlaybackPart,
  channelArn: string,
  request: PlainRequest,
  live: LiveStreams,
  admission: Admission,
): Promise<PlainResponse | undefined> {
  if (file === MEDIA_PLAYLIST) {
    live.viewers.note(streamId, admission.sessionId ?? viewerOf(request));
    const text = await live.engine.mediaPlaylist(channelArn, rendition);
    return text === undefined ? undefined : playlistResponse(text, request, admission);
  }
  const sequence = sequenceOf(file);
  if (sequence === undefined) return undefined;
  const segment = await live.engine.segment(channelArn, rendition, sequence);
  return segment && segmentResponse(segment, request, admission);
}

/** A signed request for such a path means an object of a bucket called `api`. */
function isSigned({ headers, query }: PlainRequest): boolean {
  return headers.authorization !== undefined || query.has("X-Amz-Signature");
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

/** Wrong URL or offline: players are told the same. */
function notFound(request: PlainRequest): PlainResponse {
  return refusalResponse(404, "Can not find channel", "", request);
}
