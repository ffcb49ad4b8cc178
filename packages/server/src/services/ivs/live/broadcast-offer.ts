import type { EncoderAnswer, EncoderRequest, MediaEngine } from "@rolecast/media";
import type { Kysely } from "kysely";
import { errorClass } from "../../../kernel/error-class.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { findStreamKey } from "../rows/stream-keys.ts";
import type { IvsTables } from "../tables.ts";
import { negotiateOffer, OFFER_CORS } from "./negotiate-offer.ts";

/*
 * The request that Amazon's Web Broadcast SDK makes of a channel's ingest endpoint, on the port of
 * RTMPS as with AWS, whose number is 4443 too, and on that of the APIs.
 */

export const BROADCAST_PATH = "/v1/offer";
/** The Web Broadcast SDK's error is InvalidStreamKey for this code, PeerSetupError for others. */
const CODE = { invalidStreamKey: 1007, other: 1000 } as const;
const ELSEWHERE =
  `Encoders publish here by RTMPS, and pages by ${BROADCAST_PATH}. ` +
  "The APIs, playback and WHIP have a port of their own.";
const BITS_PER_KILOBIT = 1_000;

export interface BroadcastOptions {
  readonly engine: Pick<MediaEngine, "negotiate">;
  readonly db: Kysely<IvsTables>;
}

export interface BroadcastRequest {
  /** Undefined where it was too long. */
  readonly body: string | undefined;
  readonly remoteAddress: string;
  readonly secure: boolean;
}

interface Broadcast {
  readonly streamKey: string;
  readonly sdp: string;
  readonly bitrateMax: number | undefined;
}

/** Answers a request over HTTP that came to the port of RTMPS. */
export async function answerEncoder(
  { method, path, body, remoteAddress }: EncoderRequest,
  { log, ...options }: BroadcastOptions & { readonly log: Log },
): Promise<EncoderAnswer> {
  if (path !== BROADCAST_PATH) return json(404, { code: CODE.other, message: ELSEWHERE });
  if (method === "OPTIONS") return { status: 204, headers: OFFER_CORS, body: undefined };
  if (method === "POST")
    return answerBroadcast({ body, remoteAddress, secure: true }, options).catch((error) => {
      log.error({ error: errorClass(error) }, "an offer to the port of RTMPS wasn't answered");
      return json(500, { code: CODE.other, message: "internal error" });
    });
  const refused = json(405, { code: CODE.other, message: "Offers are posted." });
  return { ...refused, headers: { ...refused.headers, allow: "POST, OPTIONS" } };
}

export async function answerBroadcast(
  { body, remoteAddress, secure }: BroadcastRequest,
  { engine, db }: BroadcastOptions,
) {
  const asked = body === undefined ? undefined : readBroadcast(body);
  if (asked === undefined)
    return json(400, { code: CODE.other, message: "The request has no offer and stream key." });
  const { streamKey: name, sdp: description, bitrateMax } = asked;
  const offer = { name, description, remoteAddress, secure, bitrateMax };
  const answer = await negotiateOffer(offer, engine);
  if ("message" in answer) {
    const isKnown = await findStreamKey(name.split("?")[0] ?? "", db);
    const code = isKnown ? CODE.other : CODE.invalidStreamKey;
    return json(answer.status, { code, message: answer.message });
  }
  const described = JSON.stringify({ type: "answer", sdp: answer.description });
  return json(200, {
    answer: Buffer.from(described).toString("base64"),
    ingestSessionId: answer.session,
  });
}

/**
 * The SDK holds its picture to `maxResolution` and `maxFramerate` itself; that it doesn't send more
 * than `maxBitrate` kilobits per second is left to the server.
 */
function readBroadcast(body: string): Broadcast | undefined {
  try {
    const { offer, streamKey, maxBitrate } = JSON.parse(body);
    const { sdp } = JSON.parse(Buffer.from(String(offer), "base64").toString());
    const isLimited = typeof maxBitrate === "number" && maxBitrate > 0;
    const bitrateMax = isLimited ? maxBitrate * BITS_PER_KILOBIT : undefined;
    return typeof streamKey === "string" && typeof sdp === "string"
      ? { streamKey, sdp, bitrateMax }
      : undefined;
  } catch {
    return undefined;
  }
}

function json(status: number, body: unknown) {
  const headers = { ...OFFER_CORS, "content-type": "application/json" };
  return { status, headers, body: JSON.stringify(body) };
}
