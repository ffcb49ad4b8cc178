import {
  AAC_SAMPLES_PER_FRAME,
  type AacConfig,
  ADTS_HEADER_BYTES,
  writeAdtsHeader,
} from "../../../codec/aac-config.ts";
import { OPUS_CLOCK_HZ } from "../../../container/ogg/ogg-opus.ts";
import { OggPackets } from "../../../container/ogg/ogg-packets.ts";
import { FfmpegProcess, PIPES_ONLY } from "../../../ffmpeg/ffmpeg-process.ts";
import { inBackground } from "../../../runtime/in-background.ts";
import { opusSamples } from "../publisher/opus-packet.ts";

const BITRATE = "96k";
/** The pages before the sound: OpusHead and OpusTags. */
const HEAD_PACKETS = 2;
/** Rounding, and milliseconds of a container. */
const STEP_TOLERANCE_SAMPLES = 4_800;
/** Sound that waits for ffmpeg: half a minute of it. */
const BACKLOG_BYTES_MAX = 512 * 1024;
/** Pauses of the input that haven't come out yet. */
const ANCHORS_MAX = 64;

export interface OpusFrame {
  /** In samples of 48 kHz, in the time of the frames that went in. */
  readonly ticks: number;
  readonly packet: Buffer;
}

export interface AacToOpusOptions {
  /** Path of the program. */
  readonly ffmpeg: string;
  readonly config: AacConfig;
  readonly onPacket: (frame: OpusFrame) => void;
  /** Nothing more comes. */
  readonly onFailed: (message: string) => void;
}

/** From this sample of the output on, time is so much later than the number of samples. */
interface Anchor {
  readonly sample: number;
  readonly ticks: number;
}

/**
 * Decodes AAC and encodes Opus, which browsers have in WebRTC, by a process of ffmpeg. Times are
 * counted in samples from those of the frames.
 */
export class AacToOpus {
  readonly #options: AacToOpusOptions;
  readonly #ffmpeg: FfmpegProcess;
  readonly #ogg = new OggPackets();
  readonly #anchors: Anchor[] = [];
  readonly #frameSamples: number;
  #heads = 0;
  /** Samples of 48 kHz that went in, and came out. */
  #written = 0;
  #read = 0;
  #nextTicks = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: AacToOpusOptions) {
    this.#options = options;
    this.#frameSamples = (AAC_SAMPLES_PER_FRAME * OPUS_CLOCK_HZ) / options.config.sampleRate;
    this.#ffmpeg = new FfmpegProcess({ program: options.ffmpeg, args: ffmpegArguments() });
    this.#ffmpeg.stdout.on("data", (chunk: Buffer) => this.#output(chunk));
    inBackground(this.#ffmpeg.ended.then(({ message = "it ended" }) => this.#fail(message)));
  }

  /** `ticks`: the frame's time in samples of 48 kHz. Frames come in order. */
  write(frame: Buffer, ticks: number): void {
    if (this.#closed) {
      return;
    }
    if (this.#ffmpeg.stdin.writableLength > BACKLOG_BYTES_MAX) {
      this.#fail("it doesn't keep up");
      return;
    }
    if (Math.abs(ticks - this.#nextTicks) > STEP_TOLERANCE_SAMPLES) {
      if (this.#anchors.length < ANCHORS_MAX) {
        this.#anchors.push({ sample: this.#written, ticks });
      }
      this.#nextTicks = ticks;
    }
    this.#nextTicks += this.#frameSamples;
    this.#written += this.#frameSamples;
    // A copy: the pipe may take it later than the frame lives.
    const bytes = Buffer.allocUnsafe(ADTS_HEADER_BYTES + frame.length);
    writeAdtsHeader(this.#options.config, frame.length, bytes, 0);
    frame.copy(bytes, ADTS_HEADER_BYTES);
    this.#ffmpeg.stdin.write(bytes);
  }

  close(): void {
    this.#closed = true;
    this.#ffmpeg.kill();
  }

  #output(chunk: Buffer): void {
    if (this.#closed) {
      return;
    }
    try {
      for (const packet of this.#ogg.read(chunk)) {
        this.#heads += 1;
        if (this.#heads > HEAD_PACKETS) {
          this.#options.onPacket({ ticks: this.#ticksAt(this.#read), packet });
          this.#read += opusSamples(packet) ?? 0;
        }
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #ticksAt(sample: number): number {
    while ((this.#anchors[1]?.sample ?? Number.POSITIVE_INFINITY) <= sample) {
      this.#anchors.shift();
    }
    const anchor = this.#anchors[0] ?? { sample: 0, ticks: 0 };
    return Math.round(anchor.ticks + sample - anchor.sample);
  }

  #fail(message: string): void {
    if (!this.#closed) {
      this.close();
      this.#options.onFailed(message);
    }
  }
}

function ffmpegArguments(): string[] {
  // Not `-fflags nobuffer`: that drops what was read to probe the stream, its first frame with it.
  const input = ["-probesize", "32", "-f", "aac", ...PIPES_ONLY];
  const codec = ["-c:a", "libopus", "-b:a", BITRATE, "-ar", String(OPUS_CLOCK_HZ), "-ac", "2"];
  const frames = ["-frame_duration", "20", "-application", "lowdelay"];
  // A page for each packet, as soon as there is one.
  const output = ["-page_duration", "20000", "-flush_packets", "1", "-f", "ogg", "pipe:1"];
  return [...input, "-i", "pipe:0", "-threads", "1", ...codec, ...frames, ...output];
}
