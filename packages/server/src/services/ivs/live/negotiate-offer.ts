import {
  type MediaEngine,
  MediaError,
  type PublishAnswer,
  type PublishOffer,
} from "@rolecast/media";
import { OFFERED_PROTOCOL } from "../ingest-protocols.ts";

/** The headers of every answer to an offer: pages of any origin may publish who have a key. */
export const OFFER_CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST, DELETE, OPTIONS",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-expose-headers": "location, link",
  "access-control-max-age": "300",
};

export interface OfferRefusal {
  readonly status: number;
  readonly message: string;
}

/** Hands an encoder's offer to the engine. */
export async function negotiateOffer(
  offer: PublishOffer,
  engine: Pick<MediaEngine, "negotiate">,
): Promise<PublishAnswer | OfferRefusal> {
  try {
    return await engine.negotiate(OFFERED_PROTOCOL, offer);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return { status: error.code === "engine" ? 503 : 403, message: error.message };
  }
}
