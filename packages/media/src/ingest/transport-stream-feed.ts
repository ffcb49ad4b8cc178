import { AacTagWriter } from "../container/flv/aac-tag-writer.ts";
import { AvcTagWriter } from "../container/flv/avc-tag-writer.ts";
import { TICKS_PER_MS, TICKS_PER_SECOND } from "../container/media-clock.ts";
import { TICKS_WRAP } from "../container/mpegts/transport-stream.ts";
import { TsDemuxer } from "../container/mpegts/ts-demuxer.ts";
import type { MediaFeed } from "./ingest-port.ts";
import { Interleaver } from "./interleaver.ts";

/** Muxers fill an audio packet of 3 KB before they send it: a second and a half at 16 kb/s. */
const WAIT_MS_MAX = 2_000;

/** Of the 1,316 bytes that a datagram usually has. */
const PACKETS_PER_DATAGRAM = 7;
/** Continuity counters have four bits. */
const COUNTED_PACKETS = 16;

/** Gives the media of a transport stream to a publisher's feed. Throws MediaError for what can't be ingested. */
export class TransportStreamFeed {
  readonly #feed: MediaFeed;
  readonly #demuxer: TsDemuxer;
  readonly #interleaver: Interleaver;
  readonly #avc = new AvcTagWriter();
  readonly #aac = new AacTagWriter(TICKS_PER_SECOND);
  #hasAudio = false;
  /** Where the last time came to lie that was unwrapped. */
  #lastTicks = TICKS_WRAP;

  constructor(feed: MediaFeed, unitBytesMax: number) {
    this.#feed = feed;
    this.#interleaver = new Interleaver({
      waitMsMax: WAIT_MS_MAX,
      waitBytesMax: unitBytesMax,
      // 32 bits, as RTMP has.
      onTag: ({ track, timeMs, body }) => feed[track](timeMs >>> 0, body),
    });
    this.#demuxer = new TsDemuxer({
      unitBytesMax,
      onProgram: ({ videoPid, audioPid }) => {
        this.#interleaver.pair = videoPid !== undefined && audioPid !== undefined;
      },
      onVideo: ({ pts, dts, payload }) => this.#video(pts, dts, payload),
      onAudio: ({ pts, payload }) => this.#audio(pts, payload),
      onAudioLost: () => this.#aac.lose(),
    });
  }

  push(bytes: Buffer): void {
    this.#demuxer.push(bytes);
  }

  /** Datagrams are missing before what is pushed next. */
  lose(datagrams: number): void {
    if (datagrams * PACKETS_PER_DATAGRAM >= COUNTED_PACKETS) {
      this.#demuxer.lose();
    }
  }

  /** What came is all there is. */
  finish(): void {
    this.#demuxer.finish();
    this.#interleaver.finish();
  }

  #video(pts: number, dts: number, accessUnit: Buffer): void {
    const ticks = this.#unwrap(dts);
    const timeMs = toMs(ticks);
    const compositionMs = toMs(ticks + signed(pts - dts)) - timeMs;
    for (const body of this.#avc.write(accessUnit, compositionMs)) {
      this.#interleaver.push({ track: "video", timeMs, body });
    }
  }

  #audio(pts: number, unit: Buffer): void {
    for (const { ticks, kind, body } of this.#aac.write(unit, this.#unwrap(pts))) {
      const timeMs = toMs(ticks);
      if (kind === "sequence-header" && !this.#hasAudio) {
        // Before the pictures that wait for the first sound: the first segment is to tell of both.
        this.#hasAudio = true;
        this.#feed.audio(timeMs >>> 0, body);
      } else {
        this.#interleaver.push({ track: "audio", timeMs, body });
      }
    }
  }

  /** Times of 33 bits become ones that go on: the nearest to the last one, of either track. */
  #unwrap(ticks: number): number {
    this.#lastTicks += signed(ticks - (this.#lastTicks % TICKS_WRAP));
    return this.#lastTicks;
  }
}

function toMs(ticks: number): number {
  return Math.round(ticks / TICKS_PER_MS);
}

/** The shortest way round. */
function signed(ticks: number): number {
  const forward = ((ticks % TICKS_WRAP) + TICKS_WRAP) % TICKS_WRAP;
  return forward < TICKS_WRAP / 2 ? forward : forward - TICKS_WRAP;
}
