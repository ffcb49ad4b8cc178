import { AwsError } from "../../../kernel/aws-error.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import type { LiveStreams } from "../live/live-streams.ts";
import type { OwnedStreams } from "../nodes/owned-streams.ts";
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
  growingResponse,
  playlistResponse,
  preflightResponse,
  refusalResponse,
  segmentResponse,
  segmentType,
} from "./playback-responses.ts";
import { readMedia } from "./read-media.ts";

const SEGMENT_NAME = /^(\d{1,15})(?:\.(\d{1,6}))?\.(ts|mp4)$/;
const INIT_NAME = /^init-[0-9a-f]{1,64}\.mp4$/;
const MEDIA_PLAYLIST = "playlist.m3u8";

/** Live HLS, to whom the gate lets in. Undefined: not a playback request. */
export async function answerPlayback(
  request: PlainRequest,
  live: LiveStreams,
  gate: PlaybackGate,
): Promise<PlainResponse | undefined> {
  if (!isPlaybackPath(request.path) || request.isSigned) return undefined;
  if (request.method === "OPTIONS") return preflightResponse();
  if (request.method !== "GET" && request.method !== "HEAD")
    return refusalResponse(405, "Method not allowed", "method_not_allowed", request);
  const target = parsePlaybackPath(request.path);
  try {
    const response = target && (await answerTarget(target, request, live, gate));
    return response ?? notFound(request);
  } catch (error) {
    if (error instanceof AwsError && error.code === "StreamUnavailable")
      return refusalResponse(503, error.message, "unavailable", request);
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
  const playing = await live.directory.playing(channelArn);
  if (!playing) return undefined;
  const { streamId, rules, streams } = playing;
  const subject = { channelArn, streamId, rules };
  if (!part) {
    const admission = await gate.begin(request, subject);
    const variants = variantsPath(name, streamId, admission.sealedSession);
    const { heightMax } = admission;
    const text = await streams.multivariantPlaylist(channelArn, variants, heightMax);
    if (text === undefined) return undefined;
    const viewer = viewerOf(request);
    if (request.method === "GET" && !(await live.limits.admitsView(channelArn, viewer)))
      return refusalResponse(429, "Too many concurrent viewers", "too_many_viewers", request);
    await gate.useUp(admission, subject);
    return playlistResponse(text, request, admission);
  }
  const isOfSession = part.sealedSession === undefined || rules.authorized;
  if (part.streamId !== streamId || !isOfSession) return undefined;
  const mayGoOn = () => gate.resume(request, subject, part.sealedSession);
  const admission = await mayGoOn();
  const height = await streams.renditionHeight(channelArn, part.rendition);
  if (height === undefined || height > (admission.heightMax ?? height)) return undefined;
  return answerPart(part, { channelArn, request, streams, admission, gate, mayGoOn });
}

interface Viewing {
  readonly channelArn: string;
  readonly request: PlainRequest;
  readonly streams: OwnedStreams;
  readonly admission: Admission;
  readonly gate: PlaybackGate;
  /** Rejects with PlaybackRefusal once the viewer may watch no longer. */
  readonly mayGoOn: () => Promise<unknown>;
}

async function answerPart(
  { streamId, rendition, file }: PlaybackPart,
  { channelArn, request, streams, admission, gate, mayGoOn }: Viewing,
): Promise<PlainResponse | undefined> {
  if (file === MEDIA_PLAYLIST) {
    const viewer = {
      id: admission.sessionId ?? viewerOf(request),
      country: gate.countryOf(request),
    };
    await streams.noteViewers(streamId, [viewer]);
    const refused = await holdBack(channelArn, rendition, request, streams);
    if (refused) return refused;
    const text = await streams.mediaPlaylist(channelArn, rendition, admission.heightMax);
    return text === undefined ? undefined : playlistResponse(text, request, admission);
  }
  const type = segmentType(file);
  if (INIT_NAME.test(file)) {
    const init = await streams.initSection(channelArn, rendition, file);
    return init && segmentResponse(init, type, request, admission);
  }
  const name = readSegmentName(file);
  if (!name) return undefined;
  const content = await readMedia({ channelArn, rendition, ...name }, streams, mayGoOn);
  if (!content) return undefined;
  return content instanceof Uint8Array
    ? segmentResponse(content, type, request, admission)
    : growingResponse(content, type, request, admission);
}

/**
 * Holds a request until the playlist has what it asks for by `_HLS_msn` and `_HLS_part` (RFC
 * 8216bis, 6.2.5.2). Gives an answer where it can't be waited for.
 */
async function holdBack(
  channelArn: string,
  rendition: string,
  request: PlainRequest,
  streams: OwnedStreams,
): Promise<PlainResponse | undefined> {
  const { query } = request;
  const msn = query.get("_HLS_msn");
  const part = query.get("_HLS_part");
  if (msn === null && part === null) return undefined;
  if (!isOrdinal(msn) || (part !== null && !isOrdinal(part)))
    return refusalResponse(400, "_HLS_msn or _HLS_part is invalid", "bad_request", request);
  const position = { sequence: Number(msn), part: part === null ? undefined : Number(part) };
  switch (await streams.awaitMedia(channelArn, rendition, position)) {
    case "too-early":
      return refusalResponse(400, "_HLS_msn or _HLS_part is too far ahead", "bad_request", request);
    case "timeout":
      return refusalResponse(503, "The segment did not come", "unavailable", request);
    default:
      return undefined;
  }
}

function isOrdinal(text: string | null): text is string {
  return text !== null && /^\d{1,15}$/.test(text);
}

/** `<sequence>.ts`, or `<sequence>.<part>.ts`; `mp4` where segments are fragments. */
function readSegmentName(
  fileName: string,
): { readonly sequence: number; readonly part: number | undefined } | undefined {
  const [, sequence, part] = SEGMENT_NAME.exec(fileName) ?? [];
  if (sequence === undefined) return undefined;
  return { sequence: Number(sequence), part: part === undefined ? undefined : Number(part) };
}

/** Browsers of one household share an address; two tabs of one browser count as one viewer. */
function viewerOf({ remoteAddress, headers }: PlainRequest): string {
  return `${remoteAddress} ${headers["user-agent"] ?? ""}`.slice(0, 256);
}

/** Wrong URL or offline: players get the same answer. */
function notFound(request: PlainRequest): PlainResponse {
  return refusalResponse(404, "Can not find channel", "", request);
}
