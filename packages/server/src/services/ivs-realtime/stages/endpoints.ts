import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { RealTimeDependencies } from "../dependencies.ts";

/** Paths of the server's own: on AWS these are hosts. */
export const EVENTS_PATH = "/ivs-realtime/events";
export const WHIP_PATH = "/ivs-realtime/whip";
export const ANALYTICS_PATH = "/ivs-realtime/analytics";

/** The application of an encoder's URL, before its stream key. */
const INGEST_PATH = "app";

/** Clients join all stages there: the token says which. */
export function stageEndpoints({
  publicBaseUrl,
  ingestHost,
  ingestPorts,
}: Pick<
  RealTimeDependencies,
  "publicBaseUrl" | "ingestHost" | "ingestPorts"
>): realTime.StageEndpoints & {
  readonly events: string;
  readonly whip: string;
} {
  const { rtmp, rtmps } = ingestPorts();
  const at = (port: number): string => `://${ingestHost}:${port}/${INGEST_PATH}/`;
  return {
    ...(rtmp > 0 ? { rtmp: `rtmp${at(rtmp)}` } : {}),
    ...(rtmps > 0 ? { rtmps: `rtmps${at(rtmps)}` } : {}),
    events: `${publicBaseUrl.replace(/^http/, "ws")}${EVENTS_PATH}`,
    whip: `${publicBaseUrl}${WHIP_PATH}`,
  };
}
