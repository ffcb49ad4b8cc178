import type { IngestPorts, IngestProtocolName } from "@rolecast/media";

/** How people meet a protocol by which encoders publish. */
export interface ShownProtocol {
  /** `RTMPS`. */
  readonly title: string;
  readonly transport: "tcp" | "udp";
  /** The port that its setting has if nothing else is said. */
  readonly defaultPort: number;
  /** Follows host and port in the URL that encoders are given, up to the stream key. */
  readonly path: string;
  /** Encoders are given a URL of the APIs' port: only media comes to the protocol's own. */
  readonly isAskedByHttp?: boolean;
  /** Encoders of channels without insecureIngest must use this. */
  readonly securely: string;
  /** The rest of the URL, in words. */
  readonly rest: string;
}

/** The application below which Amazon IVS takes streams. */
export const INGEST_PATH = "app";

/** WHIP encoders post their offers there (RFC 9725). */
export const WHIP_PATH = "/whip";

/**
 * The protocols to which encoders connect, in the order in which the banner shows them. Each one's
 * setting is its name and `Port`.
 */
export const INGEST_PROTOCOLS = {
  rtmps: {
    ...{ title: "RTMPS", transport: "tcp", defaultPort: 4443 },
    ...{ path: `/${INGEST_PATH}/`, rest: "<stream key>", securely: "RTMPS" },
  },
  rtmp: {
    ...{ title: "RTMP", transport: "tcp", defaultPort: 1935 },
    ...{ path: `/${INGEST_PATH}/`, rest: "<stream key>  (channels with insecureIngest)" },
    securely: "RTMPS",
  },
  srt: {
    ...{ title: "SRT", transport: "udp", defaultPort: 9000 },
    ...{ path: "?streamid=", rest: "<stream key>&passphrase=<the channel's>" },
    securely: "SRT with a passphrase",
  },
  webrtc: {
    ...{ title: "WebRTC", transport: "udp", defaultPort: 8189, isAskedByHttp: true },
    ...{ path: WHIP_PATH, rest: "  (WHIP; the stream key is the bearer token)" },
    securely: "WHIP over HTTPS",
  },
} as const satisfies Partial<Record<IngestProtocolName, ShownProtocol>>;

/** The protocol on which encoders agree by offers over HTTP. */
export const OFFERED_PROTOCOL = "webrtc" satisfies keyof typeof INGEST_PROTOCOLS;

export type ReachedProtocol = keyof typeof INGEST_PROTOCOLS;

/** The port of each protocol; 0 for one that isn't served. */
export function portByProtocol(ports: IngestPorts = {}): Readonly<Record<ReachedProtocol, number>> {
  const names = Object.keys(INGEST_PROTOCOLS) as ReachedProtocol[];
  const all = names.map((name) => [name, ports[name] ?? 0] as const);
  return Object.fromEntries(all) as Record<ReachedProtocol, number>;
}

/** `rtmp` → `rtmpPort`: the port's setting, and its member in the server's health. */
export function portNameOf<Protocol extends string>(protocol: Protocol): `${Protocol}Port` {
  return `${protocol}Port`;
}

/** How encoders of a channel without insecureIngest have to publish, who tried it by `protocol`. */
export function secureWay(protocol: string): string {
  const known = Object.entries<ShownProtocol>(INGEST_PROTOCOLS).find(([name]) => name === protocol);
  return known?.[1].securely ?? INGEST_PROTOCOLS.rtmps.securely;
}
