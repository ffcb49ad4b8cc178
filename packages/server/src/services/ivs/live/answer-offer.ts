import type { Kysely } from "kysely";
import { AwsError } from "../../../kernel/aws-error.ts";
import { isLoopback } from "../../../kernel/loopback.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { WHIP_PATH } from "../ingest-protocols.ts";
import { findStreamKey } from "../rows/stream-keys.ts";
import type { IvsTables } from "../tables.ts";
import { answerBroadcast, BROADCAST_PATH } from "./broadcast-offer.ts";
import type { LiveStreams } from "./live-streams.ts";
import { negotiateOffer, OFFER_CORS } from "./negotiate-offer.ts";
import { WRONG_KEY } from "./publish-decision.ts";
import { logRefusal } from "./refused-publishers.ts";

/*
 * Offers of encoders that publish by WebRTC: WHIP (RFC 9725), and the request that Amazon's Web
 * Broadcast SDK makes of a channel's ingest endpoint.
 */

const OFFERED: ReadonlySet<string> = new Set([WHIP_PATH, BROADCAST_PATH]);
/** An offer of 64 KiB as base64 in base64, and what goes with it. */
const BODY_BYTES_MAX = 128 * 1024;
const SDP_TYPE = "application/sdp";
/** The id of the session's node follows the path, where there are several, then its own name. */
const SESSION = new RegExp(`^${WHIP_PATH}/(?:(?<node>[\\w-]{36})\\.)?(?<session>[\\w-]{22})$`);
/** An encoder that is refused for now tries another node soon. */
const RETRY_AFTER_SECONDS = 1;

export interface OfferOptions {
  readonly live: Pick<LiveStreams, "engine" | "directory" | "forwarding" | "node">;
  readonly db: Kysely<IvsTables>;
  readonly log: Log;
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
  if (method === "POST" && path === BROADCAST_PATH) {
    const { live, db } = options;
    const body = await readPlainBody(request, BODY_BYTES_MAX);
    return answerBroadcast({ body, ...senderOf(request) }, { engine: live.engine, db });
  }
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
      headers: { ...OFFER_CORS, "content-type": "text/plain", "www-authenticate": "Bearer" },
    };
  // The key first: nothing is kept or read of an offer that a stranger makes.
  if (!(await isStreamKey(name, options))) {
    const { reason } = WRONG_KEY;
    logRefusal(options.log, { remoteAddress: request.remoteAddress, reason });
    return text(403, reason);
  }
  const description = await readPlainBody(request, BODY_BYTES_MAX);
  if (description === undefined)
    return text(413, `The offer is longer than ${BODY_BYTES_MAX} bytes.`);
  const offer = { name, description, ...senderOf(request) };
  const answer = await negotiateOffer(offer, options.live.engine);
  if ("message" in answer) return text(answer.status, answer.message);
  // A load balancer gives later requests of the session to any node.
  const node = options.live.node.id === "" ? "" : `${options.live.node.id}.`;
  const location = `${WHIP_PATH}/${node}${answer.session}`;
  const headers = { ...OFFER_CORS, "content-type": SDP_TYPE, location };
  return { status: 201, headers, body: answer.description };
}

/** Whether a stream key is anybody's. What may be done with it is decided with the offer. */
async function isStreamKey(name: string, { live, db }: OfferOptions): Promise<boolean> {
  const [streamKey = ""] = name.split("?", 1);
  return (
    (await findStreamKey(streamKey, db)) !== undefined || (await live.forwarding.hasKey(streamKey))
  );
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
  return { status: 200, headers: OFFER_CORS, body: undefined };
}

function senderOf({ remoteAddress, scheme }: PlainRequest) {
  return { remoteAddress, secure: scheme === "https" || isLoopback(remoteAddress) };
}

function bearerOf({ headers }: PlainRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

function preflight(): PlainResponse {
  const headers = { ...OFFER_CORS, "accept-post": SDP_TYPE };
  return { status: 204, headers, body: undefined };
}

function text(status: number, message: string): PlainResponse {
  const later = status === 503 ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {};
  return {
    status,
    headers: { ...OFFER_CORS, ...later, "content-type": "text/plain" },
    body: message,
  };
}
