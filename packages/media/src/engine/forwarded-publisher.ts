import { IngestGuard, whatIsAllowed } from "../broadcast/ingest-limits.ts";
import { LEADING_TRACK, PublisherTracks, takenTracks } from "../broadcast/publisher-tracks.ts";
import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import type { OpenFeed } from "../ingest/protocol.ts";
import type { LimitBreach, SessionEndReason } from "../port/events.ts";
import type { PublicationFault } from "../port/forwarding.ts";
import type { SourceLimits } from "../port/ladder.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaUnit, TrackConfig } from "../port/media-unit.ts";

const TAKEN = takenTracks(false, "mpegts");
/** Bitrates are averages over this. */
const MEASURED_MS = 6_000;
/** A rate over so many segments is as good as one over the segments of a broadcast. */
const SEGMENTS_MEASURED = 3;
const MS = 1_000;
const BITS = 8;

const FAULT_OF: Readonly<Partial<Record<SessionEndReason, PublicationFault>>> = {
  "video-codec": "video-codec",
  "unsupported-media": "audio-codec",
  "multitrack-not-allowed": "input",
  "protocol-error": "input",
};
const FAULT_OF_BREACH = {
  bitrate: "bitrate",
  pixels: "resolution",
  edge: "resolution",
} as const satisfies Record<LimitBreach["limit"], PublicationFault>;

export interface ForwardedPublisherOptions {
  readonly publisher: Publisher;
  readonly feed: OpenFeed;
  readonly sourceLimits: SourceLimits;
  /** Time from the beginning in which both a picture and sound must have come. */
  readonly tracksDeadlineMs: number;
  readonly monotonicMs: () => number;
  /** Media of it may be subscribed to. */
  readonly onReady: () => void;
  readonly onOver: () => void;
}

/** An encoder whose media is forwarded as it comes, as far as subscribers can be sent it. */
export class ForwardedPublisher implements MediaSink {
  readonly takes = TAKEN.codecs;
  readonly #options: ForwardedPublisherOptions;
  readonly #tracks = new PublisherTracks(TAKEN);
  readonly #guard: IngestGuard;
  readonly #openedAtMs: number;
  readonly #kinds = new Set<TrackConfig["kind"]>();
  #lastPts = Number.NEGATIVE_INFINITY;
  #isReady = false;
  #fault: PublicationFault | undefined;
  #measured = { sinceMs: 0, video: 0, audio: 0 };

  constructor(options: ForwardedPublisherOptions) {
    this.#options = options;
    this.#openedAtMs = options.monotonicMs();
    this.#measured.sinceMs = this.#openedAtMs;
    this.#guard = new IngestGuard(options.sourceLimits, (breach) => {
      const { limit } = breach;
      this.#refuse(
        FAULT_OF_BREACH[limit],
        `the source exceeds its limits: ${whatIsAllowed(breach)}`,
      );
    });
  }

  configure(tracks: readonly TrackConfig[]): void {
    for (const track of tracks) {
      this.#tracks.configure(track);
    }
    this.#checkSize();
    this.#options.feed.configure(tracks);
  }

  write(unit: MediaUnit): void {
    const track = this.#tracks.at(unit.track);
    if (track === undefined) {
      return;
    }
    const isPicture = track.kind === "video";
    if (isPicture && unit.key && this.#tracks.changesPicture(unit.track, unit.data)) {
      this.#checkSize();
    }
    if (isPicture) {
      this.#checkOrder(unit);
    }
    this.#measure(track.kind, unit);
    this.#options.feed.write(unit);
    if (!isPicture || unit.key) {
      this.#kinds.add(track.kind);
    }
    if (!this.#isReady && this.#kinds.size === 2) {
      this.#isReady = true;
      this.#options.onReady();
    }
  }

  announce(): void {}

  end(reason: SessionEndReason, message: string): void {
    this.#options.feed.end(message, this.#fault ?? FAULT_OF[reason]);
    this.#options.onOver();
  }

  /** Called about once a second. */
  sweep(nowMs: number): void {
    if (!this.#isReady && nowMs - this.#openedAtMs > this.#options.tracksDeadlineMs) {
      const missing = this.#kinds.has("video") ? "sound" : "picture";
      this.#fault = "input";
      const message = `both a picture and sound are needed: no ${missing} came`;
      this.#options.publisher.fail(new MediaError("unsupported-media", message));
    }
  }

  #checkSize(): void {
    const sps = this.#tracks.video?.sps;
    if (sps !== undefined) {
      this.#guard.picture(sps);
    }
  }

  /** Subscribers show pictures in the order in which they come. */
  #checkOrder({ track, key, pts }: MediaUnit): void {
    if (track !== LEADING_TRACK) {
      return;
    }
    if (!key && pts < this.#lastPts) {
      this.#refuse("b-frames", "the picture has B-frames: configure the encoder to make none");
    }
    this.#lastPts = pts;
  }

  #measure(kind: TrackConfig["kind"], { data }: MediaUnit): void {
    this.#measured[kind] += data.reduce((sum, { length }) => sum + length, 0);
    const nowMs = this.#options.monotonicMs();
    const lastedMs = nowMs - this.#measured.sinceMs;
    const sps = this.#tracks.video?.sps;
    if (lastedMs < MEASURED_MS || sps === undefined) {
      return;
    }
    const rate = (bytes: number): number => Math.round((bytes * BITS * MS) / lastedMs);
    const { video, audio } = this.#measured;
    this.#measured = { sinceMs: nowMs, video: 0, audio: 0 };
    const measured = { videoBitrate: rate(video), audioBitrate: rate(audio) };
    this.#guard.rate(sps, { ...measured, frameRate: 0, keyframeIntervalMs: 0 }, SEGMENTS_MEASURED);
  }

  #refuse(fault: PublicationFault, message: string): never {
    this.#fault = fault;
    throw new MediaError("unsupported-media", message);
  }
}
