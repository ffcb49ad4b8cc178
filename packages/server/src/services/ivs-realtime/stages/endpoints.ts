import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { RealTimeDependencies } from "../dependencies.ts";

/** Paths of the server's own: on AWS these are hosts. */
export const EVENTS_PATH = "/ivs-realtime/events";
export const WHIP_PATH = "/ivs-realtime/whip";

/** Clients join all stages there: the token says which. */
export function stageEndpoints({
  publicBaseUrl,
}: Pick<RealTimeDependencies, "publicBaseUrl">): realTime.StageEndpoints & {
  readonly events: string;
  readonly whip: string;
} {
  return {
    events: `${publicBaseUrl.replace(/^http/, "ws")}${EVENTS_PATH}`,
    whip: `${publicBaseUrl}${WHIP_PATH}`,
  };
}
