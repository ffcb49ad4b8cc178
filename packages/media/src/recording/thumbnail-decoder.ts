import { upToFirstSample } from "../container/fmp4/fragment.ts";
import { PID, TS_PACKET_BYTES } from "../container/mpegts/transport-stream.ts";
import type { Segment } from "../container/segment.ts";
import { PIPES_ONLY, runFfmpeg } from "../ffmpeg/ffmpeg-process.ts";

/** One takes 30 to 90 ms of a core: they are never in a hurry. */
const RUNNING_MAX = 2;
/** Keyframes that wait, of a few hundred kilobytes each. Beyond it a thumbnail is left out. */
const WAITING_MAX = 64;
const TIMEOUT_MS = 10_000;
const JPEG_BYTES_MAX = 8 * 1024 * 1024;
/** The fourth byte of a packet's header is at 3; whether a unit begins is a bit of the second. */
const UNIT_START = 0x40;

/** Decodes keyframes of all recordings, a few at a time. */
export class ThumbnailDecoder {
  readonly #ffmpeg: string;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(ffmpeg: string) {
    this.#ffmpeg = ffmpeg;
  }

  /** The first picture of a segment as JPEG. Rejects when it can't be decoded, or too many wait. */
  async decode(segment: Segment): Promise<Buffer> {
    const { init, body } = segment;
    const frame =
      init === undefined ? firstPicture(body) : Buffer.concat([init.body, upToFirstSample(body)]);
    const format = init === undefined ? "mpegts" : "mp4";
    await this.#turn();
    try {
      return await runFfmpeg(this.#ffmpeg, decoding(format), frame, {
        timeoutMs: TIMEOUT_MS,
        outputBytesMax: JPEG_BYTES_MAX,
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#running -= 1;
      } else {
        // The place goes on to it.
        next();
      }
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < RUNNING_MAX) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= WAITING_MAX) {
      throw new Error("too many thumbnails wait to be decoded");
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

function decoding(format: string): string[] {
  return [
    ...[...PIPES_ONLY, "-threads", "1", "-f", format, "-i", "pipe:0", "-map", "0:v:0"],
    ...["-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "4"],
    ...[...PIPES_ONLY, "-f", "image2pipe", "-c:v", "mjpeg", "pipe:1"],
  ];
}

/**
 * The packets before the second picture: a copy, so that the segment's memory isn't held while it
 * waits.
 */
function firstPicture(body: Buffer): Buffer {
  let pictures = 0;
  for (let offset = 0; offset < body.length; offset += TS_PACKET_BYTES) {
    const header = body.readUInt16BE(offset + 1);
    const beginsPicture = (header & 0x1fff) === PID.video && (header & (UNIT_START << 8)) !== 0;
    pictures += beginsPicture ? 1 : 0;
    if (pictures === 2) {
      return Buffer.from(body.subarray(0, offset));
    }
  }
  return Buffer.from(body);
}
