import type { AacConfig } from "../codec/aac-config.ts";
import type { Segment } from "../container/segment.ts";
import type { SegmentWriter } from "../container/segment-writer.ts";
import type { MediaContainer } from "../port/publish.ts";
import type { Cut, CutSchedule } from "./cutter.ts";
import { newSegmentWriter } from "./new-segment-writer.ts";
import type { TimedMetadata, TimedMetadataReader } from "./timed-metadata.ts";

/** Makes segments of sound alone, each from one cut of the source to the next. */
export class AudioSegmenter {
  readonly #schedule: CutSchedule;
  readonly #onSegment: (segment: Segment) => void;
  readonly #writer: SegmentWriter;
  readonly #metadata: TimedMetadataReader | undefined;
  #config: AacConfig | undefined;
  #open: Cut | undefined;
  #nextIndex = 0;
  #audioBytes = 0;
  #lastMs = 0;

  /** `firstIndex`: the segment that it begins with. */
  constructor(
    schedule: CutSchedule,
    metadata: TimedMetadata | undefined,
    container: MediaContainer,
    onSegment: (segment: Segment) => void,
    firstIndex = 0,
  ) {
    this.#nextIndex = firstIndex;
    this.#schedule = schedule;
    this.#metadata = metadata?.reader();
    this.#onSegment = onSegment;
    this.#writer = newSegmentWriter(container, false);
  }

  /** The segment to begin next. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  setAudioConfig(config: AacConfig | undefined): void {
    this.#config = config;
    this.#writer.setAudioConfig(config);
  }

  audio(timeMs: number, frame: Buffer): void {
    this.#writeMetadata(timeMs);
    const next = this.#schedule.at(this.#nextIndex);
    if (next !== undefined && timeMs >= next.shownMs) {
      if (this.#open !== undefined) {
        this.#close(this.#open, next.shownMs);
      }
      this.#open = next;
      this.#nextIndex += 1;
      this.#writer.begin(true);
    }
    if (this.#open !== undefined && this.#config !== undefined) {
      this.#lastMs = timeMs;
      this.#audioBytes += frame.length;
      this.#writer.audio(timeMs, frame);
    }
  }

  finish(): void {
    this.#writeMetadata(Number.POSITIVE_INFINITY);
    if (this.#open !== undefined) {
      this.#close(this.#open, Math.max(this.#lastMs, this.#open.shownMs + 1));
      this.#open = undefined;
    }
  }

  /** Takes back the segment that is being written: the same frames will come again. */
  discard(): void {
    if (this.#open !== undefined) {
      this.#nextIndex -= 1;
      this.#metadata?.rewind(this.#open.shownMs);
    }
    this.#writer.rollBack();
    this.#audioBytes = 0;
    this.#open = undefined;
  }

  /** Writes what is due before a frame of this time. */
  #writeMetadata(beforeMs: number): void {
    if (this.#open === undefined) {
      return;
    }
    for (let due = this.#metadata?.take(beforeMs); due; due = this.#metadata?.take(beforeMs)) {
      this.#writer.metadata(due.timeMs, due.tag);
    }
  }

  #close(open: Cut, endMs: number): void {
    this.#writer.flush(endMs);
    const { init } = this.#writer;
    const body = this.#writer.take();
    const durationMs = endMs - open.shownMs;
    const { index, discontinuity, programDateTimeMs } = open;
    this.#onSegment({
      body,
      init,
      index,
      durationMs,
      programDateTimeMs,
      discontinuity,
      keyframeIntervals: [{ offset: 0, length: body.length, durationMs }],
      videoBytes: 0,
      audioBytes: this.#audioBytes,
      videoFrames: 0,
    });
    this.#audioBytes = 0;
  }
}
