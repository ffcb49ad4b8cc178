import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
  audioConfigTag,
  audioTag,
  flvHeader,
  videoConfigTag,
  videoTag,
} from "../container/flv/flv-writer.ts";
import { cellsConfiguration, FRAME_RATE, keyPicture, laterPicture } from "./avc-cells.ts";
import { testCard } from "./test-card.ts";

const KEY_PICTURE_EVERY = 2 * FRAME_RATE;
const SAMPLE_RATE = 48_000;
const SAMPLES_PER_FRAME = 1_024;
/** AAC-LC, 48 kHz, mono (ISO/IEC 14496-3, 1.6.2.1). */
const AUDIO_CONFIGURATION = Buffer.of(0x11, 0x88);
/** A frame of AAC without sound. */
const SILENCE = Buffer.of(0x01, 0x18, 0x20, 0x07);

export interface TestPictureOptions {
  /** Ends it, as an encoder ends a stream. */
  readonly signal: AbortSignal;
  /** The time that the clock in the picture shows, in milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Called when the first of it is read. */
  readonly onRead: () => void;
}

/**
 * Colour bars with a clock, 512×288 at 30 frames per second, and silence, as FLV in real time. It
 * needs no encoder and hardly any processor time.
 */
export function testPicture({ signal, nowMs, onRead }: TestPictureOptions): Readable {
  async function* tags(): AsyncIterable<Buffer> {
    onRead();
    const picture = new TestPicture(nowMs());
    yield picture.head();
    while (!signal.aborted) {
      yield picture.until(nowMs());
      await sleep(1_000 / FRAME_RATE, undefined, { signal }).catch(() => undefined);
    }
  }
  return Readable.from(tags());
}

/** The tags of a test picture from its beginning on. */
export class TestPicture {
  readonly #startMs: number;
  /** The frames of video and sound that were made. */
  #frame = -1;
  #sounds = 0;
  #keyPictures = 0;
  #afterKey = 0;
  #card: Uint8Array = new Uint8Array();

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  head(): Buffer {
    return Buffer.concat([
      flvHeader(true),
      videoConfigTag(0, cellsConfiguration()),
      audioConfigTag(0, AUDIO_CONFIGURATION),
    ]);
  }

  /** The picture and the sound that are due: none if it is too early, one picture if late. */
  until(nowMs: number): Buffer {
    const elapsedMs = Math.max(0, nowMs - this.#startMs);
    const frame = Math.floor((elapsedMs * FRAME_RATE) / 1_000);
    if (frame <= this.#frame) return Buffer.alloc(0);
    const atMs = Math.round((frame * 1_000) / FRAME_RATE);
    return Buffer.concat([this.#picture(frame, atMs), ...this.#sound(atMs)]);
  }

  #picture(frame: number, atMs: number): Buffer {
    const card = testCard(this.#startMs + atMs);
    const group = (number: number) => Math.floor(number / KEY_PICTURE_EVERY);
    const isKey = group(frame) > group(this.#frame);
    this.#afterKey = isKey ? 0 : this.#afterKey + 1;
    const unit = isKey
      ? keyPicture(card, this.#keyPictures++ % 2)
      : laterPicture(this.#card, card, this.#afterKey);
    this.#frame = frame;
    this.#card = card;
    return videoTag(atMs, 0, isKey, [unit]);
  }

  *#sound(untilMs: number): Iterable<Buffer> {
    for (;;) {
      const atMs = Math.round((this.#sounds * SAMPLES_PER_FRAME * 1_000) / SAMPLE_RATE);
      if (atMs > untilMs) return;
      this.#sounds += 1;
      yield audioTag(atMs, SILENCE);
    }
  }
}
