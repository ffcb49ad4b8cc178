import { FlvStream } from "../container/flv/flv-stream.ts";
import { FfmpegProcess, PIPES_ONLY } from "../ffmpeg/ffmpeg-process.ts";
import type { CompositionPicture } from "../port/composition.ts";
import type { UnitSink } from "../port/media-unit.ts";
import { inBackground } from "../runtime/in-background.ts";
import { frameBytes } from "./canvas.ts";
import { SOUND_CHANNELS, SOUND_HZ } from "./sound-decoder.ts";

const SOUND_BITRATE = "128k";
/** Outputs are cut at keyframes, about every two seconds. */
const KEYFRAME_INTERVAL_S = 2;
/** Frames that wait for ffmpeg: while there are so many, further ones are left out. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
const FRAMES_LEAST = 3;
/** Time for the last frames at the end; frames that take longer are lost. */
const FINISHED_WITHIN_MS = 5_000;
/**
 * Nothing is to be found out. ffmpeg would wait for five seconds of sound, which don't come while
 * it takes no frames.
 */
const UNPROBED = ["-probesize", "32", "-analyzeduration", "0"];
const PRESET = "superfast";
const PIXELS_PER_THREAD = 640 * 360;
const THREADS_MAX = 4;

export interface CompositionEncoderOptions {
  /** Path of ffmpeg. */
  readonly program: string;
  readonly picture: CompositionPicture;
  readonly tagBytesMax: number;
  readonly sink: UnitSink;
  /** It has ended by itself. */
  readonly onFailed: (message: string) => void;
}

/** Encodes a composition's frames and sound, by a process of ffmpeg. */
export class CompositionEncoder {
  readonly #options: CompositionEncoderOptions;
  readonly #ffmpeg: FfmpegProcess;
  /** Frames that may be drawn into. */
  readonly #free: Buffer[];
  #closed = false;

  constructor(options: CompositionEncoderOptions) {
    this.#options = options;
    const { program, picture, tagBytesMax, sink } = options;
    const bytes = frameBytes(picture);
    const frames = Math.max(FRAMES_LEAST, Math.floor(QUEUE_BYTES_MAX / bytes));
    this.#free = Array.from({ length: frames }, () => Buffer.alloc(0));
    this.#ffmpeg = new FfmpegProcess({ program, args: encoderArguments(picture), extraInputs: 1 });
    const media = new FlvStream(tagBytesMax, sink);
    this.#ffmpeg.stdout.on("data", (chunk: Buffer) => this.#read(chunk, media));
    inBackground(
      this.#ffmpeg.ended.then(({ message }) => this.#fail(message ?? "ffmpeg ended by itself")),
    );
  }

  /** Process id of its ffmpeg, while that runs. */
  get pid(): number | undefined {
    return this.#ffmpeg.running ? this.#ffmpeg.pid : undefined;
  }

  /** Memory for the next frame; undefined while ffmpeg has too many to encode. */
  freeFrame(): Buffer | undefined {
    const bytes = frameBytes(this.#options.picture);
    const free = this.#closed ? undefined : this.#free.pop();
    return free?.length === 0 ? Buffer.allocUnsafe(bytes) : free;
  }

  /** Takes a frame, and the sound of the same time. */
  write(frame: Buffer, sound: Buffer): void {
    if (this.#closed) {
      return;
    }
    this.#ffmpeg.stdin.write(frame, () => this.#free.push(frame));
    this.#ffmpeg.inputs[0]?.write(sound);
  }

  /** Resolves when all that it was given is encoded and was handed on. */
  async finish(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#ffmpeg.stdin.end();
      this.#ffmpeg.inputs[0]?.end();
    }
    const timer = setTimeout(() => this.#ffmpeg.kill(), FINISHED_WITHIN_MS);
    await this.#ffmpeg.ended;
    clearTimeout(timer);
  }

  close(): void {
    this.#closed = true;
    this.#ffmpeg.kill();
  }

  #read(chunk: Buffer, media: FlvStream): void {
    try {
      media.push(chunk);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #fail(message: string): void {
    if (!this.#closed) {
      this.close();
      this.#options.onFailed(message);
    }
  }
}

function encoderArguments({ width, height, frameRate, bitrate }: CompositionPicture): string[] {
  const threads = Math.min(THREADS_MAX, Math.ceil((width * height) / PIXELS_PER_THREAD));
  const picture = ["-pix_fmt", "yuv420p", "-video_size", `${width}x${height}`];
  const keyframes = Math.max(1, Math.round(frameRate * KEYFRAME_INTERVAL_S));
  return [
    ...UNPROBED,
    ...["-f", "rawvideo", ...picture, "-framerate", `${frameRate}`, ...PIPES_ONLY, "-i", "pipe:0"],
    ...[...UNPROBED, "-f", "s16le", "-ar", `${SOUND_HZ}`, "-ac", `${SOUND_CHANNELS}`],
    ...[...PIPES_ONLY, "-i", "pipe:3", "-map", "0:v:0", "-map", "1:a:0"],
    ...["-c:v", "libx264", "-preset", PRESET, "-threads", `${threads}`, "-pix_fmt", "yuv420p"],
    ...["-bf", "0", "-rc-lookahead", "0", "-sc_threshold", "0", "-g", `${keyframes}`],
    ...["-b:v", `${bitrate}`, "-maxrate", `${bitrate}`, "-bufsize", `${2 * bitrate}`],
    ...["-c:a", "aac", "-b:a", SOUND_BITRATE, "-flush_packets", "1"],
    ...["-flvflags", "no_duration_filesize", "-f", "flv", "pipe:1"],
  ];
}
