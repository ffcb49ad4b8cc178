import type { ForwardingAnswer } from "@rolecast/media";
import { WHIP_PATH } from "../stages/endpoints.ts";
import type { Admitted } from "./live-stages.ts";
import { type MediaOffer, type MediaRefusal, REFUSAL_CODE } from "./media-offer.ts";
import type { StageMedia } from "./stage-media.ts";

/** `/publish/<own id>`, `/subscribe/<another's id>`, or nothing, which publishes. */
const TARGET = /^(?:\/(publish|subscribe)\/([A-Za-z0-9_-]{1,64}))?\/?$/;

/** An offer as it comes by HTTP or by the events socket. */
export interface ParticipantOffer extends MediaOffer {
  /** The path behind that of the WHIP endpoint. */
  readonly target: string;
  /** The client's SDK and its version, as it says. */
  readonly sdk: string;
}

/** A connection that was agreed on, and the paths at which it is ended and steered. */
export interface OfferAnswer {
  readonly description: string;
  readonly location: string;
  readonly controls: string;
  /** Left out for publishers. */
  readonly layers?: string;
}

/** Answers participants' offers, by whatever way they come. */
export class OfferAnswerer {
  readonly #media: StageMedia;

  constructor(media: StageMedia) {
    this.#media = media;
  }

  async answer(offer: ParticipantOffer, admitted: Admitted): Promise<OfferAnswer | MediaRefusal> {
    const { participant, stage } = admitted;
    const { sdk } = offer;
    if (sdk !== "") participant.client = { ...participant.client, sdkVersion: sdk };
    const found = TARGET.exec(offer.target);
    if (!found) return { status: 404, code: REFUSAL_CODE.internal, message: "Nothing is there" };
    const [, verb = "publish", id = participant.id] = found;
    if (verb === "publish" && id !== participant.id)
      return {
        ...{ status: 403, code: REFUSAL_CODE.noPermission },
        message: "The token is another participant's",
      };
    const answer =
      verb === "publish"
        ? await this.#media.publish(admitted, offer)
        : await this.#media.subscribe(admitted, id, offer);
    return "code" in answer ? answer : answerOf(stage.sessionId, answer, verb === "subscribe");
  }

  /** The payload of the answer to an offer that came by the events socket. */
  async bySocket(payload: Readonly<Record<string, unknown>>, admitted: Admitted): Promise<object> {
    const { requestId, traceId, whipUrl, content, sdk, initialLayerPref } = payload;
    const url = parsed(String(whipUrl));
    const { pathname = "" } = url ?? {};
    const target = pathname.startsWith(WHIP_PATH) ? pathname.slice(WHIP_PATH.length) : "/unknown";
    const answer = await this.answer(
      {
        ...{ target, description: String(content), sdk: typeof sdk === "string" ? sdk : "" },
        ...{ remoteAddress: admitted.participant.remoteAddress },
        initialLayer: initialLayerOf(initialLayerPref),
      },
      admitted,
    );
    const of = { requestId, traceId };
    if ("code" in answer) {
      const { status: httpStatusCode, code: errorCode, message } = answer;
      const said = JSON.stringify({ code: errorCode, message });
      return { ...of, httpStatusCode, errorCode, content: said };
    }
    const { description, location, controls, layers } = answer;
    const at = (path: string) => new URL(path, url).href;
    return {
      ...{ ...of, httpStatusCode: 201, content: description, location: at(location) },
      ...{ sessionDeleteLink: at(location), subscriberControlLink: at(controls) },
      ...(layers === undefined ? {} : { videoLayersLink: at(layers) }),
    };
  }
}

export function initialLayerOf(wish: unknown): "lowest" | "highest" | undefined {
  return wish === "lowest" || wish === "highest" ? wish : undefined;
}

function answerOf(
  group: string,
  { session, description }: ForwardingAnswer,
  isSubscription: boolean,
): OfferAnswer {
  const location = `${WHIP_PATH}/sessions/${group}/${session}`;
  const controls = `${location}/controls`;
  return {
    ...{ description, location, controls },
    ...(isSubscription ? { layers: `${location}/layers` } : {}),
  };
}

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
