import { OPUS_CLOCK_HZ } from "../../../container/ogg/ogg-opus.ts";
import type { Feed } from "../../../ingest/protocol.ts";
import type { MediaUnit, TrackConfig } from "../../../port/media-unit.ts";
import { inBackground } from "../../../runtime/in-background.ts";
import { OpusToAac } from "../publisher/opus-to-aac.ts";
import { UnitFeed } from "../publisher/unit-feed.ts";
import { VIDEO_CLOCK_HZ } from "../publisher/video-receiver.ts";

const TICKS_PER_SAMPLE = VIDEO_CLOCK_HZ / OPUS_CLOCK_HZ;

export interface AacFeedOptions {
  readonly sink: Feed;
  /** Pictures wait for the first sound, too. */
  readonly expectsSound: boolean;
  /** Path of the program that converts sound. */
  readonly ffmpeg: string;
  readonly unitBytesMax: number;
  readonly monotonicMs: () => number;
}

/**
 * Gives a sink that takes no Opus all sound in AAC, in the order of times with the pictures, which
 * wait for the conversion.
 */
export class AacFeed implements Feed {
  readonly takes: Feed["takes"] = new Set(["h264", "aac", "opus"]);
  readonly #options: AacFeedOptions;
  readonly #tracks = new Map<number, TrackConfig>();
  readonly #startedAtMs: number;
  readonly #feed: UnitFeed;
  #converter: OpusToAac | undefined;
  #ticks = 0;
  /** `ending`: the rest of the sound is waited for. */
  #state: "open" | "ending" | "closed" = "open";

  constructor(options: AacFeedOptions) {
    const { sink, unitBytesMax, expectsSound, monotonicMs } = options;
    this.#options = options;
    this.#startedAtMs = monotonicMs();
    this.#feed = new UnitFeed(sink, unitBytesMax, expectsSound, 0);
  }

  configure(tracks: readonly TrackConfig[]): void {
    for (const track of tracks) {
      this.#tracks.set(track.id, track);
      if (track.codec !== "opus") {
        this.#feed.configure({ ...track, clockHz: VIDEO_CLOCK_HZ }, this.#ticks);
      }
    }
  }

  write(unit: MediaUnit): void {
    const track = this.#tracks.get(unit.track);
    if (track === undefined || this.#state !== "open") {
      return;
    }
    const ticksOf = (time: number): number => Math.round((time * VIDEO_CLOCK_HZ) / track.clockHz);
    const dts = ticksOf(unit.dts);
    this.#ticks = dts;
    const nowMs = this.#elapsedMs();
    const data = unit.data.map((part) => Buffer.from(part));
    const timed = { ...unit, dts, pts: ticksOf(unit.pts), data };
    if (track.kind === "video") {
      this.#feed.picture(timed);
    } else if (track.codec === "aac") {
      this.#feed.sound(timed, nowMs);
    } else {
      this.#convert(track, timed, nowMs);
    }
    this.#feed.tick(nowMs);
  }

  end(message: string): void {
    if (this.#state !== "open") {
      return;
    }
    this.#state = "ending";
    if (this.#converter === undefined) {
      this.#finish(message);
    } else {
      inBackground(this.#converter.finish().then(() => this.#finish(message)));
    }
  }

  /** Nothing more is given to the sink. */
  close(): void {
    this.#state = "closed";
    this.#converter?.close();
  }

  #finish(message: string): void {
    if (this.#state !== "closed") {
      this.#feed.finish();
      this.close();
      this.#options.sink.end(message);
    }
  }

  #convert(track: TrackConfig, { dts, data }: MediaUnit, nowMs: number): void {
    this.#converter ??= new OpusToAac({
      ffmpeg: this.#options.ffmpeg,
      onFrame: ({ ticks, config, data: frame }) => {
        const at = Math.round(ticks * TICKS_PER_SAMPLE);
        if (config !== undefined) {
          const shown = { id: track.id, kind: "audio", codec: "aac" } as const;
          this.#feed.configure({ ...shown, clockHz: VIDEO_CLOCK_HZ, config }, at);
        }
        const unit = { track: track.id, dts: at, pts: at, key: true, data: [frame] };
        this.#feed.sound(unit, this.#elapsedMs());
      },
      onFailed: ({ message }) => this.#finish(message),
    });
    for (const packet of data) {
      this.#converter.write(packet, Math.round(dts / TICKS_PER_SAMPLE));
    }
    this.#feed.heard(nowMs);
  }

  #elapsedMs(): number {
    return this.#options.monotonicMs() - this.#startedAtMs;
  }
}
