import type { MediaEvent, MediaHost, MediaRecordings, PublicationRecording } from "@rolecast/media";
import type { Log } from "../../../kernel/ports/log.ts";
import type {
  PublicationHost,
  PublicationRecordings,
} from "../../../kernel/ports/publication-recordings.ts";
import type { RecordedMedia } from "../../../kernel/recordings/recorded-media.ts";

/** The engine's recordings for other services, which are their hosts. */
export class PublicationHub implements PublicationRecordings {
  readonly media: RecordedMedia;
  readonly #log: Log;
  readonly #current: () => MediaRecordings;
  /** By the beginning of their streams' ids. */
  readonly #hosts = new Map<string, PublicationHost>();

  constructor(
    current: () => MediaRecordings,
    { media, log }: { readonly media: RecordedMedia; readonly log: Log },
  ) {
    this.#current = current;
    this.media = media;
    this.#log = log;
  }

  serve(idPrefix: string, host: PublicationHost): void {
    this.#hosts.set(idPrefix, host);
  }

  /** The engine has closed: has channels, by `own`, and all hosts leave what it has left. */
  async leave(own: () => Promise<void>): Promise<void> {
    const leaving = [own(), ...[...this.#hosts.values()].map((host) => host.leave())];
    for (const outcome of await Promise.allSettled(leaving))
      if (outcome.status === "rejected")
        this.#log.warn({ err: outcome.reason }, "Recordings may lose their last segments");
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
