import type { MediaEvent, MediaHost, MediaRecordings, PublicationRecording } from "@rolecast/media";
import type {
  PublicationHost,
  PublicationRecordings,
} from "../../../kernel/ports/publication-recordings.ts";
import type { RecordedMedia } from "../../../kernel/recordings/recorded-media.ts";

/** The engine's recordings for other services, which are their hosts. */
export class PublicationHub implements PublicationRecordings {
  readonly media: RecordedMedia;
  readonly #current: () => MediaRecordings;
  /** By the beginning of their streams' ids. */
  readonly #hosts = new Map<string, PublicationHost>();

  constructor(current: () => MediaRecordings, media: RecordedMedia) {
    this.#current = current;
    this.media = media;
  }

  serve(idPrefix: string, host: PublicationHost): void {
    this.#hosts.set(idPrefix, host);
  }

  recordPublication(recording: PublicationRecording): Promise<boolean> {
    return this.#current().recordPublication(recording);
  }

  stopRecording(group: string, streamId: string): Promise<boolean> {
    return this.#current().stopRecording(group, streamId);
  }

  /** A host that is asked about everything but other services' recordings. */
  around(channels: MediaHost): MediaHost {
    return {
      authorizePublish: (request) => channels.authorizePublish(request),
      publishSecret: async (name) => channels.publishSecret?.(name),
      answerEncoder: async (request) => channels.answerEncoder?.(request),
      forwarded: (event) => channels.forwarded?.(event),
      composed: (event) => channels.composed?.(event),
      event: (event) => (this.#hostOfEvent(event) ?? channels).event(event),
      startRecording: (start) =>
        this.#hostOf(start.streamId)?.start(start) ?? channels.startRecording(start),
      putRecordingObject: (object) =>
        this.#hostOf(object.streamId)?.put(object) ?? channels.putRecordingObject(object),
    };
  }

  #hostOfEvent(event: MediaEvent): PublicationHost | undefined {
    return event.type === "publish-refused" ? undefined : this.#hostOf(event.streamId);
  }

  #hostOf(streamId: string): PublicationHost | undefined {
    for (const [idPrefix, host] of this.#hosts) if (streamId.startsWith(idPrefix)) return host;
    return undefined;
  }
}
