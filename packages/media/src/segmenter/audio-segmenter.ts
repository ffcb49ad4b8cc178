import type { AacConfig } from "../codec/aac-config.ts";
import { TICKS_PER_MS } from "../mpegts/transport-stream.ts";
import { TsMuxer } from "../mpegts/ts-muxer.ts";
import { AudioPacker } from "./audio-packer.ts";
import type { Cut, CutSchedule } from "./cutter.ts";
import type { Segment } from "./segment.ts";
import { ORIGIN_TICKS } from "./segmenter.ts";
import type { TimedMetadata, TimedMetadataReader } from "./timed-metadata.ts";

/** Makes segments of sound alone, each from one cut of the source to the next. */
export class AudioSegmenter {
  readonly #schedule: CutSchedule;
  readonly #onSegment: (segment: Segment) => void;
  readonly #muxer = new TsMuxer();
  readonly #packer: AudioPacker;
  readonly #metadata: TimedMetadataReader;
  #config: AacConfig | undefined;
  #open: Cut | undefined;
  #nextIndex = 0;
  #audioBytes = 0;
  #lastMs = 0;

  constructor(
    schedule: CutSchedule,
    metadata: TimedMetadata,
    onSegment: (segment: Segment) => void,
  ) {
    this.#schedule = schedule;
    this.#metadata = metadata.reader();
    this.#onSegment = onSegment;
    this.#packer = new AudioPacker((ptsTicks, frames) => {
      this.#audioBytes += frames.length;
      this.#muxer.writeAudio(ptsTicks, frames);
    });
  }

  /** The segment to begin next. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  setAudioConfig(config: AacConfig | undefined): void {
    this.#packer.flush();
    this.#config = config;
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
      this.#muxer.writeTables({ video: false, audio: true });
    }
    if (this.#open !== undefined && this.#config !== undefined) {
      this.#lastMs = timeMs;
      this.#packer.add(this.#config, ORIGIN_TICKS + timeMs * TICKS_PER_MS, frame);
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
      this.#metadata.rewind(this.#open.shownMs);
    }
    this.#packer.clear();
    this.#muxer.rollBack();
    this.#audioBytes = 0;
    this.#open = undefined;
  }

  /** Writes what is due before a frame of this time. */
  #writeMetadata(beforeMs: number): void {
    if (this.#open === undefined) {
      return;
    }
    for (let due = this.#metadata.take(beforeMs); due; due = this.#metadata.take(beforeMs)) {
      this.#muxer.writeMetadata(ORIGIN_TICKS + due.timeMs * TICKS_PER_MS, due.tag);
    }
  }

  #close(open: Cut, endMs: number): void {
    this.#packer.flush();
    const body = this.#muxer.take();
    const durationMs = endMs - open.shownMs;
    const { index, discontinuity, programDateTimeMs } = open;
    this.#onSegment({
      body,
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
