import { nalUnitsBytes } from "../codec/nal-units.ts";
import type { TrackConfig } from "../port/media-unit.ts";
import type { RelayedUnit } from "./worker-messages.ts";

/** Media that may wait to leave a process, per publisher: a few seconds at 17 Mb/s. */
export const RELAY_BYTES_MAX = 8 * 1024 * 1024;
/** A description counts for this much, as a message between processes. */
const DESCRIPTION_BYTES = 1_024;

/** Bytes of a message's bodies, with what they have around them in any container. */
export const relayedBytes = {
  announced: DESCRIPTION_BYTES,
  tracks: (tracks: readonly TrackConfig[]): number =>
    tracks.reduce((sum, { config }) => sum + DESCRIPTION_BYTES + (config?.length ?? 0), 0),
  unit: ({ data }: RelayedUnit): number => nalUnitsBytes(data),
};
