import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import type { SessionEndReason } from "../port/events.ts";
import type { AnnouncedMedia, MediaUnit, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import type { ReadPace } from "../runtime/stepped-reads.ts";
import { LEADING_TRACK, PublisherTracks, type TakenTracks } from "./publisher-tracks.ts";
import type { VideoFrame } from "./video-frame.ts";

const MS_PER_SECOND = 1_000;
/**
 * Bits of presentation minus decoding time in milliseconds: a stream that needs more is broken, and
 * its times wrap.
 */
const COMPOSITION_SHIFT = 32 - 24;

/** The broadcast that a publisher is for. Media is only taken of the active one. */
export interface FedBroadcast {
  isActive(feed: PublisherFeed): boolean;
  /** Bits per second that are allowed for the publisher's picture. */
  bitrateMax(feed: PublisherFeed): number | undefined;
  /**
   * Makes a candidate the active publisher. Throws MediaError `refused` when its media is
   * different.
   */
  takeOver(feed: PublisherFeed): void;
  /** The active publisher's tracks came or changed. */
  configure(tracks: PublisherTracks): void;
  video(timeMs: number, frame: VideoFrame): void;
  audio(timeMs: number, frame: Buffer): void;
  gone(feed: PublisherFeed, reason: SessionEndReason, message: string): void;
}

/**
 * One publisher of a broadcast. While another one is active it only listens for its own
 * configuration and its first keyframe, with which it asks to take over.
 */
export class PublisherFeed implements MediaSink {
  readonly publisher: Publisher;
  readonly priority: number;
  readonly tracks: PublisherTracks;
  readonly takes: ReadonlySet<TrackCodec>;
  readonly pace: ReadPace | undefined;
  /** Its media came so long ago. */
  delayMs = 0;
  readonly #broadcast: FedBroadcast;

  constructor(
    broadcast: FedBroadcast,
    publisher: Publisher,
    priority: number,
    takes: TakenTracks,
    pace?: ReadPace,
  ) {
    this.pace = pace;
    this.takes = takes.codecs;
    this.#broadcast = broadcast;
    this.tracks = new PublisherTracks(takes);
    this.publisher = publisher;
    this.priority = priority;
  }

  configure(tracks: readonly TrackConfig[]): void {
    let changes = false;
    for (const track of tracks) {
      changes = this.tracks.configure(track) || changes;
    }
    if (changes) {
      this.#configured();
    }
  }

  write({ track: id, dts, pts, key, data }: MediaUnit): void {
    const track = this.tracks.at(id);
    if (track === undefined) {
      return;
    }
    const timeMs = toMs(dts, track.clockHz);
    if (track.kind === "audio") {
      this.#audio(timeMs, data);
      return;
    }
    if (key && this.tracks.changesPicture(id, data)) {
      this.#configured();
    }
    if (this.#broadcast.isActive(this) || this.#tookOver(id, key)) {
      const difference = toMs(pts, track.clockHz) - timeMs;
      const compositionMs = (difference << COMPOSITION_SHIFT) >> COMPOSITION_SHIFT;
      this.#broadcast.video(timeMs, { track: id, keyframe: key, compositionMs, units: data });
    }
  }

  delayed(ms: number): void {
    this.delayMs = ms;
  }

  announce(announced: AnnouncedMedia): void {
    this.tracks.announced = announced;
  }

  get bitrateMax(): number | undefined {
    return this.#broadcast.bitrateMax(this);
  }

  end(reason: SessionEndReason, message: string): void {
    this.#broadcast.gone(this, reason, message);
  }

  #audio(timeMs: number, frames: readonly Buffer[]): void {
    if (this.#broadcast.isActive(this)) {
      for (const frame of frames) {
        this.#broadcast.audio(timeMs, frame);
      }
    }
  }

  #configured(): void {
    if (this.#broadcast.isActive(this)) {
      this.#broadcast.configure(this.tracks);
    }
  }

  #tookOver(track: number, keyframe: boolean): boolean {
    const isLeading = track === LEADING_TRACK && this.tracks.video !== undefined;
    if (!keyframe || !isLeading || !this.publisher.open) {
      return false;
    }
    this.#broadcast.takeOver(this);
    return true;
  }
}

/** Segments and playlists know milliseconds only. */
function toMs(ticks: number, clockHz: number): number {
  return clockHz === MS_PER_SECOND ? ticks : Math.round((ticks * MS_PER_SECOND) / clockHz);
}
