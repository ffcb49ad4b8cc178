import type { Channel } from "@aws-sdk/client-ivs";
import { useEffect, useState } from "react";
import { inBackground } from "../../shared/in-background.ts";
import { HIDDEN } from "./encoder-commands.ts";

export interface IngestPorts {
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
  /** Undefined where the server takes no SRT. */
  readonly srtPort: number | undefined;
}

/** On AWS, RTMPS has port 443; Rolecast's health contains its port. */
const DEFAULT_PORTS: IngestPorts = { rtmpPort: 1935, rtmpsPort: 4443, srtPort: 9000 };

export function useIngestPorts(): IngestPorts {
  const [ports, setPorts] = useState(DEFAULT_PORTS);
  useEffect(() => {
    let current = true;
    const shown = readPorts().then((read) => {
      if (current && read) setPorts(read);
    });
    inBackground("The server's ports aren't known", shown);
    return () => {
      current = false;
    };
  }, []);
  return ports;
}

/** The URL that an encoder sends to, up to its stream key. */
export function ingestUrl(channel: Channel, { rtmpPort, rtmpsPort }: IngestPorts): string {
  const host = channel.ingestEndpoint ?? "localhost";
  return channel.insecureIngest === true
    ? `rtmp://${host}:${rtmpPort}/app/`
    : `rtmps://${host}:${rtmpsPort}/app/`;
}

/** The same over SRT: key and passphrase are part of the address. */
export function srtUrl(channel: Channel, srtPort: number, streamKey?: string): string {
  const { endpoint = "localhost", passphrase = "" } = channel.srt ?? {};
  const key = streamKey ?? HIDDEN;
  const secret = streamKey === undefined ? HIDDEN : passphrase;
  return `srt://${endpoint}:${srtPort}?streamid=${key}&passphrase=${secret}&pbkeylen=16&latency=500000`;
}

async function readPorts(): Promise<IngestPorts | undefined> {
  const response = await fetch("/_rolecast/health");
  if (!response.ok) return undefined;
  const health: unknown = await response.json();
  const ivs = isRecord(health) ? health.ivs : undefined;
  if (!isRecord(ivs)) return undefined;
  const { rtmpPort, rtmpsPort, srtPort } = ivs;
  if (typeof rtmpPort !== "number" || typeof rtmpsPort !== "number") return undefined;
  return { rtmpPort, rtmpsPort, srtPort: typeof srtPort === "number" ? srtPort : undefined };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
