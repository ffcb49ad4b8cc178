import type { IngestPorts, IngestProtocolName, PortChoice } from "@rolecast/media";
import { type Config, SRT_PORT, WEBRTC_PORT } from "./settings.ts";

/**
 * The ports of the protocols: those of the previous engine (`again`), else those of the settings.
 */
export function ingestPortsOf(
  { rtmpPort, rtmpsPort, srtPort, webrtcPort }: Config,
  again: IngestPorts | undefined,
): Readonly<Record<string, PortChoice>> {
  const wanted: Partial<Record<IngestProtocolName, PortChoice>> = {
    rtmp: { port: rtmpPort },
    rtmps: { port: rtmpsPort },
    srt: srtPort === undefined ? { port: SRT_PORT, orFree: true } : { port: srtPort },
    webrtc: webrtcPort === undefined ? { port: WEBRTC_PORT, orFree: true } : { port: webrtcPort },
  };
  const choices = Object.entries(wanted).map(([protocol, choice]) => {
    const port = again?.[protocol];
    if (port === undefined) return [protocol, choice] as const;
    // Another process may have got a port since that nobody had asked for.
    const orFree = choice.orFree ?? choice.port === 0;
    return [protocol, { port, orFree }] as const;
  });
  return Object.fromEntries(choices);
}
