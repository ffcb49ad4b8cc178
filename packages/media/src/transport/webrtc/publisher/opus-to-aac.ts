import { AAC_SAMPLES_PER_FRAME } from "../../../codec/aac-config.ts";
import { AdtsFrames } from "../../../container/mpegts/adts-frames.ts";
import {
  OggOpusWriter,
  OPUS_CLOCK_HZ,
  OPUS_PACKET_BYTES_MAX,
} from "../../../container/ogg/ogg-opus.ts";
import { FfmpegProcess, PIPES_ONLY } from "../../../ffmpeg/ffmpeg-process.ts";
import { MediaError } from "../../../port/media-error.ts";
import { inBackground } from "../../../runtime/in-background.ts";
import { OPUS_SILENCE, OPUS_SILENCE_SAMPLES, opusSamples } from "./opus-packet.ts";

const CHANNELS = 2;
const BITRATE = "160k";
/** Missing sound up to this is replaced by silence; after a longer pause time goes on later. */
const SILENCE_MAX_SAMPLES = OPUS_CLOCK_HZ;
/** Rounding, and packets that were late. */
const STEP_TOLERANCE_SAMPLES = 120;
/** To wake ffmpeg for each packet costs more than to convert it: it gets so much sound at once. */
const STEP_SAMPLES = OPUS_CLOCK_HZ / 5;
/** It writes frame by frame; its output is read once they are all there. */
const READ_AFTER_MS = 30;
/** Sound that waits for ffmpeg: minutes of it. */
const BACKLOG_BYTES_MAX = 2 * 1024 * 1024;
/** The rest of the sound is waited for: it has to start first, on a busy machine. */
const FINISH_MS_MAX = 3_000;
/** Pauses of the input that haven't come out yet. */
const ANCHORS_MAX = 256;

export interface AacFrame {
  /** In samples of 48 kHz, in the time of the packets that went in. */
  readonly ticks: number;
  /** The AudioSpecificConfig, where it is new. */
  readonly config: Buffer | undefined;
  readonly data: Buffer;
}

export interface OpusToAacOptions {
  /** Path of the program. */
  readonly ffmpeg: string;
  readonly onFrame: (frame: AacFrame) => void;
  /** Nothing more comes. */
  readonly onFailed: (error: MediaError) => void;
}

/** From this sample of the output on, time is so much later than the number of samples. */
interface Anchor {
  readonly sample: number;
  readonly ticks: number;
}

/**
 * Decodes Opus and encodes AAC, which every player of HLS has, by a process of ffmpeg. Its output
 * carries no times: they are counted in samples from those of the packets.
 */
export class OpusToAac {
  readonly #options: OpusToAacOptions;
  readonly #ogg = new OggOpusWriter();
  readonly #ffmpeg: FfmpegProcess;
  readonly #frames = new AdtsFrames(OPUS_CLOCK_HZ);
  readonly #anchors: Anchor[] = [];
  /** Runs from a step's writing to the reading of what it became. */
  #reading: NodeJS.Timeout | undefined;
  /** Packets that are written with the next step, and their samples. */
  #step: Buffer[] = [];
  #stepSamples = 0;
  /** Samples that went in, and came out. */
  #written = 0;
  #read = 0;
  #nextTicks: number | undefined;
  #closed = false;
  #finished: Promise<void> | undefined;

  constructor(options: OpusToAacOptions) {
    this.#options = options;
    this.#ffmpeg = new FfmpegProcess({ program: options.ffmpeg, args: ffmpegArguments() });
    this.#ffmpeg.stdin.write(this.#ogg.head(CHANNELS));
    // Begins the reading, of what `read` gives then.
    this.#ffmpeg.stdout.read(0);
    inBackground(
      this.#ffmpeg.ended.then(({ message = "it ended" }) => {
        // Its end is what `finish` waits for.
        if (this.#finished === undefined) {
          this.#fail(message);
        }
      }),
    );
  }

  /** `ticks`: the packet's time in samples of 48 kHz. Packets come in order. */
  write(packet: Buffer, ticks: number): void {
    const samples = opusSamples(packet);
    const isTooLong = packet.length > OPUS_PACKET_BYTES_MAX;
    const isOver = this.#closed || this.#finished !== undefined;
    if (isOver || samples === undefined || isTooLong) {
      return;
    }
    if (this.#ffmpeg.stdin.writableLength > BACKLOG_BYTES_MAX) {
      this.#fail("it doesn't keep up");
      return;
    }
    this.#bridge(ticks);
    this.#write(packet, samples);
    this.#nextTicks = (this.#nextTicks ?? ticks) + samples;
  }

  /** Takes no more; resolves when all that it was given has come out, or it takes too long. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<void> {
    if (this.#closed) {
      return;
    }
    clearTimeout(this.#reading);
    this.#ffmpeg.stdin.end(Buffer.concat(this.#step));
    this.#ffmpeg.stdout.on("data", (bytes: Buffer) => this.#output(bytes));
    const late = setTimeout(() => this.#ffmpeg.kill(), FINISH_MS_MAX);
    await this.#ffmpeg.ended;
    clearTimeout(late);
    this.close();
  }

  /** Nothing more comes out. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#reading);
    this.#ffmpeg.kill();
    // Its process has gone when all of its output was read.
    this.#ffmpeg.stdout.resume();
  }

  /** Fills a gap before a packet, or lets time go on after it. */
  #bridge(ticks: number): void {
    const step = ticks - (this.#nextTicks ?? Number.NEGATIVE_INFINITY);
    if (Math.abs(step) <= STEP_TOLERANCE_SAMPLES) {
      return;
    }
    if (step > 0 && step <= SILENCE_MAX_SAMPLES) {
      for (let left = step; left >= OPUS_SILENCE_SAMPLES; left -= OPUS_SILENCE_SAMPLES) {
        this.#write(OPUS_SILENCE, OPUS_SILENCE_SAMPLES);
        this.#nextTicks = (this.#nextTicks ?? ticks) + OPUS_SILENCE_SAMPLES;
      }
      return;
    }
    if (this.#anchors.length < ANCHORS_MAX) {
      this.#anchors.push({ sample: this.#written, ticks });
      this.#nextTicks = ticks;
    }
  }

  #write(packet: Buffer, samples: number): void {
    this.#written += samples;
    this.#step.push(this.#ogg.packet(packet, this.#written));
    this.#stepSamples += samples;
    if (this.#stepSamples >= STEP_SAMPLES) {
      this.#ffmpeg.stdin.write(Buffer.concat(this.#step));
      this.#reading ??= setTimeout(() => this.#readOutput(), READ_AFTER_MS);
      this.#step = [];
      this.#stepSamples = 0;
    }
  }

  #readOutput(): void {
    this.#reading = undefined;
    // All that has come: a listener to "data" would be given the first piece of it.
    const bytes: Buffer | null = this.#ffmpeg.stdout.read();
    if (bytes !== null) {
      this.#output(bytes);
    }
  }

  #output(bytes: Buffer): void {
    if (this.#closed) {
      return;
    }
    try {
      for (const { config, data } of this.#frames.read(Buffer.from(bytes), 0)) {
        // The encoder's first frame is what it needs before the sound.
        const sample = this.#read - AAC_SAMPLES_PER_FRAME;
        this.#read += AAC_SAMPLES_PER_FRAME;
        this.#options.onFrame({ ticks: this.#ticksAt(sample), config, data });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #ticksAt(sample: number): number {
    while ((this.#anchors[1]?.sample ?? Number.POSITIVE_INFINITY) <= sample) {
      this.#anchors.shift();
    }
    const anchor = this.#anchors[0] ?? { sample: 0, ticks: 0 };
    return anchor.ticks + sample - anchor.sample;
  }

  /** Reports an error of the broadcast as it is, and any other as ours. */
  #fail(cause: unknown): void {
    if (this.#closed) {
      return;
    }
    this.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    const ours = new MediaError("engine", `the sound can't be converted: ${why}`, { cause });
    this.#options.onFailed(cause instanceof MediaError ? cause : ours);
  }
}

function ffmpegArguments(): string[] {
  // Not `-fflags nobuffer`: that drops what was read to probe the stream, its first packet with it.
  const input = ["-probesize", "32", "-f", "ogg", ...PIPES_ONLY];
  const codec = ["-c:a", "aac", "-b:a", BITRATE, "-ar", String(OPUS_CLOCK_HZ)];
  const output = ["-ac", String(CHANNELS), "-flush_packets", "1", "-f", "adts", "pipe:1"];
  return [...input, "-i", "pipe:0", "-threads", "1", ...codec, ...output];
}
