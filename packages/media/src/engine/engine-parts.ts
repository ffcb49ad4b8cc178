import type { ConnectionSource } from "../ingest/connection-source.ts";
import type { IngestProtocol } from "../ingest/protocol.ts";
import type { MediaEngineOptions } from "../port/options.ts";
import type { TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import type { RelayPublisher } from "./relay-publisher.ts";

/** All but what its parts are made of. */
export type StreamEngineOptions = Pick<
  MediaEngineOptions,
  "limits" | "ffmpeg" | "spill" | "now" | "proxies"
>;

/** The parts of which an engine of one process is made. */
export interface StreamEngineParts {
  readonly protocols: readonly IngestProtocol[];
  readonly connections: ConnectionSource;
  readonly capacity: TranscodeCapacity;
  /** Comes before a connection's number in its id: engines of one host have different ones. */
  readonly idPrefix?: string;
  /** Undefined for an engine that is alone. */
  readonly relay?: RelayPublisher;
}
