import { MediaError, type PublishAnswer } from "@rolecast/media";
import type { Kysely } from "kysely";
import { AwsError } from "../../../kernel/aws-error.ts";
import { isLoopback } from "../../../kernel/loopback.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { OFFERED_PROTOCOL, WHIP_PATH } from "../ingest-protocols.ts";
import { findStreamKey } from "../rows/stream-keys.ts";
import type { IvsTables } from "../tables.ts";
import type { LiveStreams } from "./live-streams.ts";

/*
 * Offers of encoders that publish by WebRTC: WHIP (RFC 9725), and the request that Amazon's Web
 * Broadcast SDK makes of a channel's ingest endpoint.
 */

const BROADCAST_PATH = "/v1/offer";
const OFFERED: ReadonlySet<string> = new Set([WHIP_PATH, BROADCAST_PATH]);
/** An offer of 64 KiB as base64 in base64, and what goes with it. */
const BODY_BYTES_MAX = 128 * 1024;
const SDP_TYPE = "application/sdp";
/** The id of the session's node follows the path, where there are several, then its own name. */
const SESSION = new RegExp(`^${WHIP_PATH}/(?:(?<node>[\\w-]{36})\\.)?(?<session>[\\w-]{22})$`);
/** An encoder that is refused for now tries another node soon. */
const RETRY_AFTER_SECONDS = 1;
/** The Web Broadcast SDK's error is InvalidStreamKey for this code, PeerSetupError for others. */
const CODE = { invalidStreamKey: 1007, other: 1000 } as const;

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST, DELETE, OPTIONS",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-expose-headers": "location, link",
  "access-control-max-age": "300",
};

export interface OfferOptions {
  readonly live: Pick<LiveStreams, "engine" | "directory" | "node">;
  readonly db: Kysely<IvsTables>;
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Undefined: not an offer. */
export async function answerOffer(
  request: PlainRequest,
  options: OfferOptions,
): Promise<PlainResponse | undefined> {
  const { method, path, headers } = request;
  if (!OFFERED.has(path) && !path.startsWith(WHIP_PATH)) return undefined;
  // A bucket may have the same name.
  if (request.isSigned && bearerOf(request) === undefined) return undefined;
  if (method === "POST" && path === BROADCAST_PATH) return answerBroadcast(request, options);
  const contentType = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  // A form goes to the bucket.
  if (method === "POST" && path === WHIP_PATH && contentType !== "multipart/form-data")
    return contentType === SDP_TYPE || bearerOf(request) === undefined
      ? answerWhip(request, options)
      : text(415, `Offers are posted as ${SDP_TYPE}.`);
  if (method === "OPTIONS" && OFFERED.has(path)) return preflight();
  const { session, node = "" } = SESSION.exec(path)?.groups ?? {};
  return session === undefined ? undefined : answerSession(request, { session, node }, options);
}

async function answerWhip(request: PlainRequest, options: OfferOptions): Promise<PlainResponse> {
  const name = bearerOf(request);
  if (name === undefined)
    return {
      ...text(401, "The stream key is missing: send it as the bearer token."),
      headers: { ...CORS, "content-type": "text/plain", "www-authenticate": "Bearer" },
    };
  const sdp = await readPlainBody(request, BODY_BYTES_MAX);
  if (sdp === undefined) return text(413, `The offer is longer than ${BODY_BYTES_MAX} bytes.`);
  const answer = await negotiate(name, sdp, request, options);
  if ("message" in answer) return text(answer.status, answer.message);
  // A load balancer gives later requests of the session to any node.
  const node = options.live.node.id === "" ? "" : `${options.live.node.id}.`;
  const location = `${WHIP_PATH}/${node}${answer.session}`;
  const headers = { ...CORS, "content-type": SDP_TYPE, location };
  return { status: 201, headers, body: answer.description };
}

/** The encoder ends its session. There are no further candidates and no restarts. */
async function answerSession(
  { method }: PlainRequest,
  { session, node }: { readonly session: string; readonly node: string },
  { live }: OfferOptions,
): Promise<PlainResponse | undefined> {
  if (method === "OPTIONS") return preflight();
  if (method === "PATCH")
    return text(405, "Neither trickle ICE nor ICE restarts are supported: all is in the answer.");
  if (method !== "DELETE") return undefined;
  try {
    const streams = await live.directory.nodeOf(node);
    if (!(await streams?.hangUp(session))) return undefined;
  } catch (error) {
    // The session's node isn't reached.
    if (!(error instanceof AwsError)) throw error;
    return text(error.status, error.message);
  }
  return { status: 200, headers: CORS, body: undefined };
}

async function answerBroadcast(
  request: PlainRequest,
  options: OfferOptions,
): Promise<PlainResponse> {
  const body = await readPlainBody(request, BODY_BYTES_MAX);
  const asked = body === undefined ? undefined : readBroadcast(body);
  if (asked === undefined)
    return json(400, { code: CODE.other, message: "The request has no offer and stream key." });
  const answer = await negotiate(asked.streamKey, asked.sdp, request, options);
  if ("message" in answer) {
    const isKnown = await findStreamKey(asked.streamKey.split("?")[0] ?? "", options.db);
    const code = isKnown ? CODE.other : CODE.invalidStreamKey;
    return json(answer.status, { code, message: answer.message });
  }
  const described = JSON.stringify({ type: "answer", sdp: answer.description });
  return json(200, {
    answer: Buffer.from(described).toString("base64"),
    ingestSessionId: answer.session,
  });
}

async function negotiate(
  name: string,
  description: string,
  { remoteAddress, scheme }: PlainRequest,
  { live }: OfferOptions,
): Promise<PublishAnswer | Refusal> {
  const secure = scheme === "https" || isLoopback(remoteAddress);
  try {
    const offer = { name, description, remoteAddress, secure };
    return await live.engine.negotiate(OFFERED_PROTOCOL, offer);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return { status: error.code === "engine" ? 503 : 403, message: error.message };
  }
}

function readBroadcast(body: string): { streamKey: string; sdp: string } | undefined {
  try {
    const { offer, streamKey } = JSON.parse(body);
    const { sdp } = JSON.parse(Buffer.from(String(offer), "base64").toString());
    return typeof streamKey === "string" && typeof sdp === "string"
      ? { streamKey, sdp }
      : undefined;
  } catch {
    return undefined;
  }
}

function bearerOf({ headers }: PlainRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

function preflight(): PlainResponse {
  const headers = { ...CORS, "accept-post": SDP_TYPE };
  return { status: 204, headers, body: undefined };
}

function text(status: number, message: string): PlainResponse {
  const later = status === 503 ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {};
  return { status, headers: { ...CORS, ...later, "content-type": "text/plain" }, body: message };
}

function json(status: number, body: unknown): PlainResponse {
  const headers = { ...CORS, "content-type": "application/json" };
  return { status, headers, body: JSON.stringify(body) };
}
