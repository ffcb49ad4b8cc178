import { INGEST_PROTOCOLS, portNameOf } from "@rolecast/server";

export type ProtocolName = keyof typeof INGEST_PROTOCOLS;

/** The protocols by which encoders publish, in the order in which they are shown. */
export const PROTOCOLS = (Object.keys(INGEST_PROTOCOLS) as ProtocolName[]).map((name) => ({
  name,
  portName: portNameOf(name),
  ...INGEST_PROTOCOLS[name],
}));

/** The same in the order of the settings. */
export const PROTOCOLS_BY_NAME = PROTOCOLS.toSorted((one, other) =>
  one.name < other.name ? -1 : 1,
);
