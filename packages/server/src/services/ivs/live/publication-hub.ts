import type { MediaEvent, MediaHost, MediaRecordings, PublicationRecording } from "@rolecast/media";
import type {
  PublicationHost,
  PublicationRecordings,
} from "../../../kernel/ports/publication-recordings.ts";
import type { RecordedMedia } from "../../../kernel/recordings/recorded-media.ts";

/** The engine's recordings of publications for another service, which is their host. */
export class PublicationHub implements PublicationRecordings {
  readonly media: RecordedMedia;
  readonly #current: () => MediaRecordings;
  #host: PublicationHost | undefined;
  /** Ids of their streams, until their last event. */
  readonly #streamIds = new Set<string>();

  constructor(current: () => MediaRecordings, media: RecordedMedia) {
    this.#current = current;
    this.media = media;
  }

  serve(host: PublicationHost): void {
    this.#host = host;
  }

  async recordPublication(recording: PublicationRecording): Promise<boolean> {
    this.#streamIds.add(recording.streamId);
    try {
      const isRecorded = await this.#current().recordPublication(recording);
      if (!isRecorded) this.#streamIds.delete(recording.streamId);
      return isRecorded;
    } catch (error) {
      this.#streamIds.delete(recording.streamId);
      throw error;
    }
  }

  stopRecording(group: string, streamId: string): Promise<boolean> {
    return this.#current().stopRecording(group, streamId);
  }

  /** A host that is asked about everything but publications. */
  around(channels: MediaHost): MediaHost {
    return {
      authorizePublish: (request) => channels.authorizePublish(request),
      publishSecret: async (name) => channels.publishSecret?.(name),
      forwarded: (event) => channels.forwarded?.(event),
      composed: (event) => channels.composed?.(event),
      event: (event) => {
        if (!this.#heard(event)) channels.event(event);
      },
      startRecording: (start) =>
        this.#hostOf(start.streamId)?.start(start) ?? channels.startRecording(start),
      putRecordingObject: (object) =>
        this.#hostOf(object.streamId)?.put(object) ?? channels.putRecordingObject(object),
    };
  }

  #hostOf(streamId: string): PublicationHost | undefined {
    return this.#streamIds.has(streamId) ? this.#host : undefined;
  }

  #heard(event: MediaEvent): boolean {
    if (event.type === "publish-refused" || !this.#streamIds.has(event.streamId)) return false;
    if (isLast(event)) this.#streamIds.delete(event.streamId);
    this.#host?.event(event);
    return true;
  }
}

function isLast({ type }: MediaEvent): boolean {
  const isOver = type === "recording-complete" || type === "recording-failed";
  return isOver || type === "recording-interrupted";
}
