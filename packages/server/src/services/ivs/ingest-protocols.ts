import type { IngestPorts, IngestProtocolName } from "@rolecast/media";

/** How people meet a protocol by which encoders publish. */
export interface ShownProtocol {
  /** `RTMPS`. */
  readonly title: string;
  readonly transport: "tcp" | "udp";
  /** The port that its setting has if nothing else is said. */
  readonly defaultPort: number;
  /** What follows host and port in the URL that encoders are given, up to the stream key. */
  readonly path: string;
  /** And from there, in words. */
  readonly rest: string;
}

/** The application below which Amazon IVS takes streams. */
export const INGEST_PATH = "app";

/** In the order in which the banner shows them. Each one's setting is its name and `Port`. */
export const INGEST_PROTOCOLS = {
  rtmps: {
    ...{ title: "RTMPS", transport: "tcp", defaultPort: 4443 },
    ...{ path: `/${INGEST_PATH}/`, rest: "<stream key>" },
  },
  rtmp: {
    ...{ title: "RTMP", transport: "tcp", defaultPort: 1935 },
    ...{ path: `/${INGEST_PATH}/`, rest: "<stream key>  (channels with insecureIngest)" },
  },
  srt: {
    ...{ title: "SRT", transport: "udp", defaultPort: 9000 },
    ...{ path: "?streamid=", rest: "<stream key>&passphrase=<the channel's>" },
  },
} as const satisfies Readonly<Record<IngestProtocolName, ShownProtocol>>;

/** Where each protocol is reached; 0 for one that isn't. */
export function portByProtocol(
  ports: IngestPorts = {},
): Readonly<Record<IngestProtocolName, number>> {
  const names = Object.keys(INGEST_PROTOCOLS) as IngestProtocolName[];
  const all = names.map((name) => [name, ports[name] ?? 0] as const);
  return Object.fromEntries(all) as Record<IngestProtocolName, number>;
}

/** `rtmp` → `rtmpPort`: the port's setting, and its member in the server's health. */
export function portNameOf<Protocol extends string>(protocol: Protocol): `${Protocol}Port` {
  return `${protocol}Port`;
}
