import type { ProtocolMakers } from "../ingest/protocol.ts";
import { rtmp, rtmps } from "./rtmp/rtmp-protocol.ts";
import { srt } from "./srt/srt-protocol.ts";
import { webrtc } from "./webrtc/webrtc-protocol.ts";

/** The protocols by which encoders publish: a new one is a folder here, and a line in this list. */
export const ingestProtocols = { rtmp, rtmps, srt, webrtc } satisfies ProtocolMakers;

/** The names by which settings, health and the host know them. */
export type IngestProtocolName = keyof typeof ingestProtocols;
