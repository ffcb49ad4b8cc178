import type { Clock } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { WHIP_PATH } from "../stages/endpoints.ts";
import type { TokenReader, TokenRefusal } from "../tokens/stage-token.ts";
import { clientFactsOf } from "./client-facts.ts";
import type { LiveStages } from "./live-stages.ts";
import { REFUSAL_CODE } from "./media-offer.ts";
import { initialLayerOf, type OfferAnswerer } from "./offer-answerer.ts";
import type { SessionRequests } from "./session-requests.ts";

/*
 * Offers to publish (WHIP, RFC 9725) and to subscribe (draft-ietf-wish-whep), as Amazon's clients
 * and WHIP encoders make them: the participant's token is the bearer token.
 */

const SDP_TYPE = "application/sdp";
/** An offer of 64 KiB. */
const BODY_BYTES_MAX = 64 * 1024;
const SESSION = /^\/sessions\/(st-[A-Za-z0-9]{13})\/([\w-]{22})(?:\/(controls|layers))?$/;

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, DELETE, OPTIONS",
  "access-control-allow-headers":
    "authorization, content-type, x-stages-platform, x-stages-sdk, x-stages-session-id, " +
    "x-stages-trace-id, x-stages-request-id, x-stages-whip-version, x-stages-options, " +
    "x-stages-initial-layer-pref",
  "access-control-expose-headers": "location, link",
  "access-control-max-age": "300",
};

export interface WhipOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly tokens: TokenReader;
  readonly stages: LiveStages;
  readonly offers: OfferAnswerer;
  readonly sessions: SessionRequests;
  readonly nodePlaces: Pick<NodePlaces, "handOn">;
}

/** The HTTP side of a stage. */
export class Whip {
  readonly #options: WhipOptions;

  constructor(options: WhipOptions) {
    this.#options = options;
  }

  /** Undefined for requests of other paths. */
  answer(request: PlainRequest): Promise<PlainResponse> | undefined {
    const { path } = request;
    if (path !== WHIP_PATH && !path.startsWith(`${WHIP_PATH}/`)) return undefined;
    return this.#answer(request, path.slice(WHIP_PATH.length));
  }

  async #answer(request: PlainRequest, target: string): Promise<PlainResponse> {
    const { method } = request;
    if (method === "OPTIONS")
      return { status: 204, headers: { ...CORS, "accept-post": SDP_TYPE }, body: undefined };
    const [, group, session, part] = SESSION.exec(target) ?? [];
    if (group === undefined || session === undefined) return this.#offer(request, target);
    const body = await readPlainBody(request, BODY_BYTES_MAX);
    if (body === undefined) return tooLong();
    const owner = await this.#options.sessions.elsewhere(group);
    if (owner !== undefined) return withCors(await this.#handOn(request, body, owner));
    const asked = { method, group, session, part, body };
    return withCors(await this.#options.sessions.answer(asked));
  }

  async #offer(request: PlainRequest, target: string): Promise<PlainResponse> {
    const { method, headers, remoteAddress } = request;
    if (method !== "POST" || headers["content-type"] !== SDP_TYPE)
      return refusal(405, 2000, "Offers are posted as application/sdp");
    const { clock, tokens, stages, offers } = this.#options;
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
    const token = await tokens.read(bearer, clock.nowMs());
    if ("code" in token) return unauthorized(token);
    // After the token: nothing is kept of an offer that a stranger makes.
    const body = await readPlainBody(request, BODY_BYTES_MAX);
    if (body === undefined) return tooLong();
    const admission = await stages.admit(token, clientFactsOf(headers["user-agent"] ?? ""));
    if ("code" in admission) return unauthorized(admission);
    if ("elsewhere" in admission)
      return withCors(await this.#handOn(request, body, admission.elsewhere));
    const answer = await offers.answer(
      {
        ...{ target, description: body, remoteAddress, sdk: headers["x-stages-sdk"] ?? "" },
        initialLayer: initialLayerOf(headers["x-stages-initial-layer-pref"]),
      },
      admission,
    );
    if ("code" in answer) return refusal(answer.status, answer.code, answer.message);
    const { description, location, controls, layers } = answer;
    const link = [
      linkOf(location, "urn:ietf:params:whip:ivs-stages:session-delete"),
      linkOf(controls, "urn:ietf:params:whep:core:playback-controls"),
      ...(layers === undefined ? [] : [linkOf(layers, "urn:ietf:params:whep:ext:core:layer")]),
    ].join(", ");
    const answered = { ...CORS, "content-type": SDP_TYPE, location, link };
    return { status: 201, headers: answered, body: description };
  }

  async #handOn(request: PlainRequest, body: string, node: string): Promise<PlainResponse> {
    try {
      return await this.#options.nodePlaces.handOn(node, request, body);
    } catch (error) {
      this.#options.log.warn({ error: errorClass(error), node }, "A stage's node doesn't answer");
      return refusal(503, REFUSAL_CODE.internal, "The stage's node doesn't answer");
    }
  }
}

function linkOf(path: string, relation: string): string {
  return `<${path}>; rel="${relation}"`;
}

/** Source of the numbers: what the Web Broadcast SDK makes of them. */
function unauthorized({ code, message }: TokenRefusal): PlainResponse {
  const { tokenExpired, noPermission } = REFUSAL_CODE;
  return refusal(401, code === "TOKEN_EXPIRED" ? tokenExpired : noPermission, message);
}

function refusal(status: number, code: number, message: string): PlainResponse {
  const headers = { ...CORS, "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ code, message }) };
}

function tooLong(): PlainResponse {
  return refusal(413, 2000, `The request is longer than ${BODY_BYTES_MAX} bytes`);
}

function withCors({ status, headers, body }: PlainResponse): PlainResponse {
  return { status, headers: { ...CORS, ...headers }, body };
}
