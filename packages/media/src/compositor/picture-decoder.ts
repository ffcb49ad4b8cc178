import { FfmpegProcess, PIPES_ONLY } from "../ffmpeg/ffmpeg-process.ts";
import type { TileFill } from "../port/composition-layout.ts";
import { inBackground } from "../runtime/in-background.ts";
import { type Frame, frameBytes } from "./canvas.ts";
import type { Size } from "./layout.ts";

/** Media that waits for ffmpeg: seconds of it. A decoder so far behind never catches up. */
const BACKLOG_BYTES_MAX = 8 * 1024 * 1024;
/** Frames of sources that are faster than the composition are dropped before they are scaled. */
const FRAME_INTERVAL_SHARE = 0.9;

export interface PictureDecoderOptions {
  /** Path of ffmpeg. */
  readonly program: string;
  readonly size: Size;
  readonly fill: TileFill;
  readonly frameRate: number;
  /** The first picture is there. */
  readonly onFirst: () => void;
  /** It has ended by itself. */
  readonly onFailed: (message: string) => void;
}

/** Decodes one participant's pictures into frames of its tile's size, by a process of ffmpeg. */
export class PictureDecoder {
  readonly size: Size;
  readonly fill: TileFill;
  readonly #options: PictureDecoderOptions;
  readonly #ffmpeg: FfmpegProcess;
  /** The one that is being read, and the last one that is complete. */
  #reading: Buffer;
  #spare: Buffer;
  #filled = 0;
  #latest: Frame | undefined;
  #closed = false;

  constructor(options: PictureDecoderOptions) {
    this.#options = options;
    this.size = options.size;
    this.fill = options.fill;
    const bytes = frameBytes(options.size);
    this.#reading = Buffer.allocUnsafe(bytes);
    this.#spare = Buffer.allocUnsafe(bytes);
    this.#ffmpeg = new FfmpegProcess({ program: options.program, args: decoderArguments(options) });
    this.#ffmpeg.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    inBackground(
      this.#ffmpeg.ended.then(({ message }) => this.#fail(message ?? "ffmpeg ended by itself")),
    );
  }

  /** Process id of its ffmpeg, while that runs. */
  get pid(): number | undefined {
    return this.#ffmpeg.running ? this.#ffmpeg.pid : undefined;
  }

  /** The last picture, whose bytes are valid during this turn. */
  get latest(): Frame | undefined {
    return this.#latest;
  }

  /** Takes FLV, from a keyframe on. */
  write(bytes: Buffer): void {
    if (this.#ffmpeg.stdin.writableLength > BACKLOG_BYTES_MAX) {
      this.#fail("the pictures come faster than ffmpeg takes them");
    } else if (!this.#closed) {
      this.#ffmpeg.stdin.write(bytes);
    }
  }

  close(): void {
    this.#closed = true;
    this.#ffmpeg.kill();
  }

  #read(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length && !this.#closed) {
      const count = Math.min(this.#reading.length - this.#filled, chunk.length - offset);
      chunk.copy(this.#reading, this.#filled, offset, offset + count);
      this.#filled += count;
      offset += count;
      if (this.#filled === this.#reading.length) {
        this.#complete();
      }
    }
  }

  #complete(): void {
    const isFirst = this.#latest === undefined;
    const bytes = this.#reading;
    this.#reading = this.#spare;
    this.#spare = bytes;
    this.#filled = 0;
    this.#latest = { ...this.size, bytes };
    if (isFirst) {
      this.#options.onFirst();
    }
  }

  #fail(message: string): void {
    if (!this.#closed) {
      this.close();
      this.#options.onFailed(message);
    }
  }
}

function decoderArguments({ size, fill, frameRate }: PictureDecoderOptions): string[] {
  const interval = (FRAME_INTERVAL_SHARE / frameRate).toFixed(4);
  const select = `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${interval})'`;
  return [
    // Not `-fflags nobuffer`: that drops what was read to probe the stream, its keyframe with it.
    ...["-threads", "1", "-flags", "low_delay"],
    ...["-probesize", "32", "-analyzeduration", "0", "-f", "flv", ...PIPES_ONLY, "-i", "pipe:0"],
    ...["-an", "-filter_threads", "1", "-vf", `${select},${fit(size, fill)}`],
    ...["-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"],
  ];
}

/** The filter that brings pictures of any shape to a tile's size. */
function fit({ width, height }: Size, fill: TileFill): string {
  const scale = `scale=${width}:${height}:flags=bilinear`;
  switch (fill) {
    case "fill":
      return scale;
    case "cover":
      return `${scale}:force_original_aspect_ratio=increase,crop=${width}:${height}`;
    case "contain":
      return `${scale}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1`;
  }
}
