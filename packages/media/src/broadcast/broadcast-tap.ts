import type { TrackConfig, UnitSink } from "../port/media-unit.ts";
import { type KnownTracks, LEADING_TRACK } from "./publisher-tracks.ts";
import type { VideoFrame } from "./video-frame.ts";

const CLOCK_HZ = 1_000;
const SOUND_TRACK = 1;

/**
 * Gives a broadcast's source, as it comes, to one who takes it beside the segments: the picture of
 * its first track, and its sound.
 */
export class BroadcastTap {
  #sink: UnitSink | undefined;
  #tracks: KnownTracks | undefined;
  #lastPts = Number.NEGATIVE_INFINITY;
  #isReordered = false;
  #onEnd: (() => void) | undefined;

  /** The reason for which the picture can't be shown in the order in which it comes. */
  get unfit(): string | undefined {
    if (this.#tracks?.video !== undefined && this.#tracks.video.fourCc !== "avc1") {
      return "the stream's picture isn't H.264";
    }
    return this.#isReordered ? "the stream's picture has B-frames" : undefined;
  }

  /** `onEnd` is called when the broadcast is over. */
  open(sink: UnitSink, onEnd: () => void): void {
    this.#sink = sink;
    this.#onEnd = onEnd;
    if (this.#tracks !== undefined) {
      this.configure(this.#tracks);
    }
  }

  /** Nothing is given any more. */
  close(): void {
    this.#sink = undefined;
    this.#onEnd = undefined;
  }

  configure(tracks: KnownTracks): void {
    this.#tracks = tracks;
    const { video, audio } = tracks;
    const known: TrackConfig[] = [];
    if (video?.fourCc === "avc1") {
      const picture = { kind: "video", codec: "h264", config: video.record } as const;
      known.push({ ...picture, id: LEADING_TRACK, clockHz: CLOCK_HZ });
    }
    if (audio !== undefined) {
      const sound = { kind: "audio", codec: "aac", config: audio.record } as const;
      known.push({ ...sound, id: SOUND_TRACK, clockHz: CLOCK_HZ });
    }
    this.#sink?.configure(known);
  }

  video(dts: number, { keyframe: key, compositionMs, units: data }: VideoFrame): void {
    const pts = dts + compositionMs;
    this.#isReordered = key ? this.#isReordered : this.#isReordered || pts < this.#lastPts;
    this.#lastPts = pts;
    if (this.#sink === undefined) {
      return;
    }
    if (this.unfit !== undefined) {
      this.end();
      return;
    }
    this.#sink.write({ track: LEADING_TRACK, dts, pts, key, data });
  }

  audio(dts: number, frame: Buffer): void {
    this.#sink?.write({ track: SOUND_TRACK, dts, pts: dts, key: true, data: [frame] });
  }

  end(): void {
    const onEnd = this.#onEnd;
    this.close();
    onEnd?.();
  }
}
