import type {
  MediaEvent,
  MediaRecordings,
  RecordingContinuation,
  RecordingObject,
  RecordingStart,
} from "@rolecast/media";
import type { RecordedMedia } from "../recordings/recorded-media.ts";

/** The owner of recordings that aren't channels': the engine asks it, and reports to it. */
export interface PublicationHost {
  start(start: RecordingStart): Promise<RecordingContinuation>;
  put(object: RecordingObject): Promise<void>;
  /** Those of recordings alone, in order for each. */
  event(event: MediaEvent): void;
  /** The engine has closed: what it has left is left to the next process on this node's disk. */
  leave(): Promise<void>;
}

/** Recordings of what the media engine of this node forwards or composes. */
export interface PublicationRecordings extends MediaRecordings {
  readonly media: RecordedMedia;
  /**
   * From now on those are this host's whose streams' ids begin with the prefix, as no other host's
   * and no channel's do.
   */
  serve(idPrefix: string, host: PublicationHost): void;
}
