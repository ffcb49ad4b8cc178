import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import type { ForwardedPublish } from "../port/publish.ts";

/** A broadcast or a publication that another engine of the same host has. */
export type RelayedTo =
  | { readonly streamName: string; readonly priority: number | undefined }
  | ForwardedPublish;

/** Takes a publisher to where another engine of the same host has what it publishes to. */
export type RelayPublisher = (publisher: Publisher, to: RelayedTo) => Promise<MediaSink>;
