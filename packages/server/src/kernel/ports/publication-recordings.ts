import type {
  MediaEvent,
  MediaRecordings,
  RecordingContinuation,
  RecordingObject,
  RecordingStart,
} from "@rolecast/media";
import type { RecordedMedia } from "../recordings/recorded-media.ts";

/** The owner of recordings of publications: the engine asks it, and reports to it. */
export interface PublicationHost {
  start(start: RecordingStart): Promise<RecordingContinuation>;
  put(object: RecordingObject): Promise<void>;
  /** Those of recordings alone, in order for each. */
  event(event: MediaEvent): void;
}

/** Recordings of what the media engine of this node forwards. */
export interface PublicationRecordings extends MediaRecordings {
  readonly media: RecordedMedia;
  /** From now on they are this host's. Ids of its streams don't begin like those of channels. */
  serve(host: PublicationHost): void;
}
