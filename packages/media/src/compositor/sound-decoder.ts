import { type AacConfig, ADTS_HEADER_BYTES, writeAdtsHeader } from "../codec/aac-config.ts";
import { OggOpusWriter, OPUS_CLOCK_HZ } from "../container/ogg/ogg-opus.ts";
import { FfmpegProcess, PIPES_ONLY } from "../ffmpeg/ffmpeg-process.ts";
import { inBackground } from "../runtime/in-background.ts";

export const SOUND_HZ = OPUS_CLOCK_HZ;
export const SOUND_CHANNELS = 2;
const BYTES_PER_SAMPLE = 2 * SOUND_CHANNELS;
const BYTES_PER_MS = (SOUND_HZ * BYTES_PER_SAMPLE) / 1_000;
/** Sound is played once there is so much of it: packets come unevenly. */
const BEGIN_BYTES = 60 * BYTES_PER_MS;
/** More than this is a delay: it is cut down to the least. */
const WAITING_BYTES_MAX = 400 * BYTES_PER_MS;
/** Packets that wait for ffmpeg: minutes of them. */
const BACKLOG_BYTES_MAX = 2 * 1024 * 1024;

export interface SoundDecoderOptions {
  /** Path of ffmpeg. */
  readonly program: string;
  /** Undefined for Opus. */
  readonly aac: AacConfig | undefined;
  readonly onFailed: (message: string) => void;
}

/** Decodes one participant's Opus or AAC, and hands it out in the pace of the composition. */
export class SoundDecoder {
  readonly #options: SoundDecoderOptions;
  readonly #ogg = new OggOpusWriter();
  readonly #ffmpeg: FfmpegProcess;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isPlaying = false;
  #packets = 0;
  #closed = false;

  constructor(options: SoundDecoderOptions) {
    this.#options = options;
    const format = options.aac === undefined ? "ogg" : "aac";
    const input = ["-probesize", "32", "-f", format, ...PIPES_ONLY];
    const output = ["-ac", `${SOUND_CHANNELS}`, "-ar", `${SOUND_HZ}`, "-f", "s16le", "pipe:1"];
    const args = ["-threads", "1", ...input, "-i", "pipe:0", "-flush_packets", "1", ...output];
    this.#ffmpeg = new FfmpegProcess({ program: options.program, args });
    if (options.aac === undefined) {
      this.#ffmpeg.stdin.write(this.#ogg.head(SOUND_CHANNELS));
    }
    this.#ffmpeg.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    inBackground(
      this.#ffmpeg.ended.then(({ message }) => this.#fail(message ?? "ffmpeg ended by itself")),
    );
  }

  /** Takes a packet of Opus, or a raw frame of AAC, which is copied. */
  write(packet: Buffer): void {
    if (this.#ffmpeg.stdin.writableLength > BACKLOG_BYTES_MAX) {
      this.#fail("the sound comes faster than ffmpeg takes it");
    } else if (!this.#closed) {
      this.#packets += 1;
      this.#ffmpeg.stdin.write(this.#framed(packet));
    }
  }

  #framed(packet: Buffer): Buffer {
    const { aac } = this.#options;
    if (aac === undefined) {
      return this.#ogg.packet(packet, this.#packets * (SOUND_HZ / 50));
    }
    const bytes = Buffer.allocUnsafe(ADTS_HEADER_BYTES + packet.length);
    writeAdtsHeader(aac, packet.length, bytes, 0);
    packet.copy(bytes, ADTS_HEADER_BYTES);
    return bytes;
  }

  /** Adds the next samples to `mix`, both channels; none where there aren't enough. */
  addTo(mix: Int32Array): void {
    const wanted = mix.length * 2;
    this.#isPlaying &&= this.#bytes >= wanted;
    this.#isPlaying ||= this.#bytes >= BEGIN_BYTES + wanted;
    if (!this.#isPlaying) {
      return;
    }
    const bytes = this.#take(wanted);
    for (let index = 0; index < mix.length; index += 1) {
      mix[index] = (mix[index] ?? 0) + bytes.readInt16LE(2 * index);
    }
  }

  /** Leaves the next samples out, so that what is heard isn't late. */
  skip(samples: number): void {
    this.#take(Math.min(this.#bytes, samples * BYTES_PER_SAMPLE));
  }

  close(): void {
    this.#closed = true;
    this.#ffmpeg.kill();
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > WAITING_BYTES_MAX) {
      const tooMuch = this.#bytes - BEGIN_BYTES;
      this.#take(tooMuch - (tooMuch % BYTES_PER_SAMPLE));
    }
  }

  #take(count: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const joined = all ?? Buffer.concat(this.#chunks);
    this.#chunks = count < joined.length ? [joined.subarray(count)] : [];
    this.#bytes = joined.length - count;
    return joined.subarray(0, count);
  }

  #fail(message: string): void {
    if (!this.#closed) {
      this.close();
      this.#options.onFailed(message);
    }
  }
}

/** Sums of samples as sixteen bits each; louder ones are clipped. */
export function soundBytes(mix: Int32Array): Buffer {
  const bytes = Buffer.allocUnsafe(2 * mix.length);
  for (let index = 0; index < mix.length; index += 1) {
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, mix[index] ?? 0)), 2 * index);
  }
  return bytes;
}
