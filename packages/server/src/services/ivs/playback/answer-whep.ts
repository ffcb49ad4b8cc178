import { MediaError } from "@rolecast/media";
import { AwsError } from "../../../kernel/aws-error.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import type { LiveStreams } from "../live/live-streams.ts";
import { asPlain, toHandOn } from "../nodes/handed-on-requests.ts";
import type { Playing } from "../nodes/stream-directory.ts";
import type { PlaybackGate } from "./playback-gate.ts";
import { channelArnOf } from "./playback-path.ts";
import { PlaybackRefusal } from "./playback-refusal.ts";
import type { WhepViewers } from "./whep-viewers.ts";

/*
 * Viewers who play a channel by WebRTC (draft-ietf-wish-whep): `/whep/<name>`, the name being that
 * of the playback URL, and `/whep/<name>/<session>`.
 */

const PREFIX = "/whep";
const SDP_TYPE = "application/sdp";
/** An offer of 64 KiB. */
const BODY_BYTES_MAX = 64 * 1024;
const TARGET = /^\/whep\/([^/]{1,256})(?:\/([\w-]{22}))?$/;

const CORS = {
  "access-control-allow-methods": "POST, DELETE, OPTIONS",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-expose-headers": "location, link",
  "access-control-max-age": "300",
};

export interface WhepOptions {
  readonly live: LiveStreams;
  readonly gate: PlaybackGate;
  readonly viewers: WhepViewers;
}

/** Undefined: not a viewer's request. */
export async function answerWhep(
  request: PlainRequest,
  options: WhepOptions,
): Promise<PlainResponse | undefined> {
  const { method, path, headers } = request;
  if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return undefined;
  // A bucket may have the same name.
  if (request.isSigned && bearerOf(request) === undefined) return undefined;
  const [, name, session] = TARGET.exec(path) ?? [];
  const channelArn = name === undefined ? undefined : channelArnOf(name);
  if (channelArn === undefined)
    return method === "POST" && headers["content-type"] === SDP_TYPE
      ? text(404, "Offers go to /whep/ and the channel's name, as in its playback URL.")
      : undefined;
  if (method === "OPTIONS")
    return { ...text(204, ""), headers: { ...cors("*"), "accept-post": SDP_TYPE } };
  if (session === undefined)
    return method === "POST" && headers["content-type"] === SDP_TYPE
      ? answerOffer(channelArn, request, options)
      : undefined;
  if (method === "PATCH")
    return text(405, "Neither trickle ICE nor ICE restarts are supported: all is in the answer.");
  if (method !== "DELETE") return undefined;
  if (await options.viewers.end(session, channelArn))
    return { status: 200, headers: cors("*"), body: undefined };
  return endElsewhere(channelArn, request, options);
}

/** Ends a viewer's session on the node that has the stream. */
async function endElsewhere(
  channelArn: string,
  request: PlainRequest,
  { live }: WhepOptions,
): Promise<PlainResponse | undefined> {
  try {
    const playing = await live.directory.playing(channelArn);
    const handed = toHandOn(request, "");
    if (!handed || !playing || isHere(channelArn, playing, live)) return undefined;
    return asPlain(await playing.streams.handOn(handed));
  } catch (error) {
    if (error instanceof AwsError) return text(error.status, error.message);
    throw error;
  }
}

function isHere(channelArn: string, { streamId }: Playing, live: LiveStreams): boolean {
  return live.playable(channelArn)?.streamId === streamId;
}

async function answerOffer(
  channelArn: string,
  request: PlainRequest,
  options: WhepOptions,
): Promise<PlainResponse> {
  try {
    return await play(channelArn, request, options);
  } catch (error) {
    if (error instanceof PlaybackRefusal) return text(403, error.message);
    if (error instanceof MediaError)
      return text(error.code === "engine" ? 503 : 403, capitalized(error.message));
    if (error instanceof AwsError && error.code === "StreamUnavailable")
      return text(503, error.message);
    throw error;
  }
}

async function play(
  channelArn: string,
  request: PlainRequest,
  { live, gate, viewers }: WhepOptions,
): Promise<PlainResponse> {
  const playing = await live.directory.playing(channelArn);
  if (!playing) return text(404, "Can not find channel");
  const { streamId, rules } = playing;
  const subject = { channelArn, streamId, rules };
  const asked = withToken(request);
  // Before the offer is read: the channel may be a private one.
  const admission = await gate.begin(asked, subject);
  const description = await readPlainBody(request, BODY_BYTES_MAX);
  if (description === undefined)
    return text(413, `The offer is longer than ${BODY_BYTES_MAX} bytes.`);
  if (!isHere(channelArn, playing, live)) {
    const handed = toHandOn(request, description);
    if (!handed) return text(503, "The channel's stream is changing hands.");
    return asPlain(await playing.streams.handOn(handed));
  }
  const viewer = { id: viewerOf(request), country: gate.countryOf(request) };
  if (!(await live.limits.admitsView(channelArn, viewer.id)))
    return text(429, "Too many concurrent viewers");
  const { remoteAddress } = request;
  const { heightMax, sealedSession } = admission;
  const offer = { streamName: channelArn, description, remoteAddress, heightMax };
  const answer = await live.engine.watch(offer);
  const { session } = answer;
  viewers.add(session, { channelArn, streamId, viewer, request: asked, sealedSession });
  try {
    await gate.useUp(admission, subject);
  } catch (error) {
    await viewers.end(session, channelArn);
    throw error;
  }
  const location = `${request.path}/${session}`;
  const headers = { ...cors(admission.allowOrigin), "content-type": SDP_TYPE, location };
  return { status: 201, headers, body: answer.description };
}

/** A playback token comes in the query, as HLS has it, or as WHEP's bearer token. */
function withToken(request: PlainRequest): PlainRequest {
  const token = bearerOf(request);
  if (token === undefined) return request;
  const query = new URLSearchParams(request.query);
  query.set("token", token);
  return { ...request, query };
}

function bearerOf({ headers }: PlainRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

/** As viewers of HLS are told apart. */
function viewerOf({ remoteAddress, headers }: PlainRequest): string {
  return `${remoteAddress} ${headers["user-agent"] ?? ""}`.slice(0, 256);
}

function capitalized(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function cors(allowOrigin: string): Record<string, string> {
  return {
    ...CORS,
    "access-control-allow-origin": allowOrigin,
    ...(allowOrigin === "*" ? {} : { vary: "origin" }),
  };
}

function text(status: number, message: string): PlainResponse {
  return { status, headers: { ...cors("*"), "content-type": "text/plain" }, body: message };
}
