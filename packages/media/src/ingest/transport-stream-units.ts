import { TICKS_PER_SECOND } from "../container/media-clock.ts";
import { AdtsFrames } from "../container/mpegts/adts-frames.ts";
import { AvcUnits } from "../container/mpegts/avc-units.ts";
import { TICKS_BITS } from "../container/mpegts/transport-stream.ts";
import { TsDemuxer } from "../container/mpegts/ts-demuxer.ts";
import { UnwrappedTime } from "../container/unwrapped-time.ts";
import type { UnitSink } from "../port/media-unit.ts";
import { Interleaver, type Timed } from "./interleaver.ts";

/** Muxers fill an audio packet of 3 KB before they send it: a second and a half at 16 kb/s. */
const WAIT_TICKS_MAX = 2 * TICKS_PER_SECOND;

/** A datagram usually has 1,316 bytes. */
const PACKETS_PER_DATAGRAM = 7;
/** Continuity counters have four bits. */
const COUNTED_PACKETS = 16;

const VIDEO = { id: 0, kind: "video", codec: "h264", clockHz: TICKS_PER_SECOND } as const;
const AUDIO = { id: 1, kind: "audio", codec: "aac", clockHz: TICKS_PER_SECOND } as const;

/** Reads a transport stream into units. Throws MediaError for what can't be ingested. */
export class TransportStreamUnits {
  readonly #sink: UnitSink;
  readonly #demuxer: TsDemuxer;
  readonly #interleaver: Interleaver;
  readonly #avc = new AvcUnits();
  readonly #aac = new AdtsFrames(TICKS_PER_SECOND);
  /** Both tracks share it. */
  readonly #times = new UnwrappedTime(TICKS_BITS);
  #hasAudio = false;

  constructor(sink: UnitSink, unitBytesMax: number) {
    this.#sink = sink;
    this.#interleaver = new Interleaver({
      waitTicksMax: WAIT_TICKS_MAX,
      waitBytesMax: unitBytesMax,
      onNext: (timed) => this.#give(timed),
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

  /** Parts of `bytes` are kept until their units are complete and in order. */
  push(bytes: Buffer): void {
    this.#demuxer.push(bytes);
  }

  /** Datagrams are missing before what is pushed next. */
  lose(datagrams: number): void {
    if (datagrams * PACKETS_PER_DATAGRAM >= COUNTED_PACKETS) {
      this.#demuxer.lose();
    }
  }

  /** Ends the stream: gives away everything that waits. */
  finish(): void {
    this.#demuxer.finish();
    this.#interleaver.finish();
  }

  #give({ content }: Timed): void {
    if ("kind" in content) {
      this.#sink.configure([content]);
    } else {
      this.#sink.write(content);
    }
  }

  #video(pts: number, dts: number, accessUnit: Buffer): void {
    const ticks = this.#times.unwrap(dts);
    const { config, picture } = this.#avc.read(accessUnit);
    const timed = { kind: "video", ticks } as const;
    if (config !== undefined) {
      const content = { ...VIDEO, config };
      this.#interleaver.push({ ...timed, heldBytes: config.length, content });
    }
    if (picture !== undefined) {
      const times = { dts: ticks, pts: ticks + this.#times.nearest(pts - dts) };
      const content = { track: VIDEO.id, ...times, ...picture };
      this.#interleaver.push({ ...timed, heldBytes: accessUnit.length, content });
    }
  }

  #audio(pts: number, unit: Buffer): void {
    const frames = this.#aac.read(unit, this.#times.unwrap(pts));
    for (const [index, { ticks, config, data }] of frames.entries()) {
      if (config !== undefined) {
        this.#configureAudio(ticks, config);
      }
      const dts = Math.round(ticks);
      const content = { track: AUDIO.id, dts, pts: dts, key: true, data: [data] };
      // Each frame holds all of them.
      const heldBytes = index === frames.length - 1 ? unit.length : 0;
      this.#interleaver.push({ kind: "audio", ticks, heldBytes, content });
    }
  }

  #configureAudio(ticks: number, config: Buffer): void {
    const content = { ...AUDIO, config };
    if (this.#hasAudio) {
      this.#interleaver.push({ kind: "audio", ticks, heldBytes: config.length, content });
    } else {
      // Given before the pictures that wait for the first sound, so that the first segment has
      // both.
      this.#hasAudio = true;
      this.#sink.configure([content]);
    }
  }
}
