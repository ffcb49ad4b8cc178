import { MediaError } from "../../port/media-error.ts";
import { PesReader, type PesUnit } from "./pes-reader.ts";
import { type ProgramMap, readProgramAssociation, readProgramMap } from "./program-map.ts";
import { SectionReader } from "./section-reader.ts";
import { PID, TS_PACKET_BYTES, TS_SYNC } from "./transport-stream.ts";

/** Bytes without a single packet after which this isn't a transport stream. */
const OUT_OF_STEP_BYTES_MAX = 64 * 1024;

export interface TsDemuxerOptions {
  /** Largest picture that is taken. */
  readonly unitBytesMax: number;
  readonly onProgram: (program: ProgramMap) => void;
  readonly onVideo: (unit: PesUnit) => void;
  readonly onAudio: (unit: PesUnit) => void;
  /** Audio is missing: what comes next doesn't continue what came. */
  readonly onAudioLost: () => void;
}

interface Reader {
  push(payload: Buffer, starts: boolean, stuffed: boolean): void;
  lose(): void;
}

/**
 * Reads a transport stream (ISO/IEC 13818-1) in pieces of any size, also one that lost some of
 * them: the first program's first H.264 and first AAC stream. Throws MediaError for what is no
 * transport stream or carries something else.
 */
export class TsDemuxer {
  readonly #options: TsDemuxerOptions;
  readonly #readers = new Map<number, Reader>();
  readonly #counters = new Map<number, number>();
  readonly #video: PesReader;
  readonly #audio: PesReader;
  #rest: Buffer = Buffer.alloc(0);
  #outOfStepBytes = 0;
  #mapPid: number | undefined;
  #program: ProgramMap = { videoPid: undefined, audioPid: undefined };

  constructor(options: TsDemuxerOptions) {
    this.#options = options;
    this.#video = new PesReader(options.unitBytesMax, options.onVideo);
    this.#audio = new PesReader(options.unitBytesMax, options.onAudio);
    this.#readers.set(PID.pat, new SectionReader((section) => this.#association(section)));
  }

  push(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let offset = 0;
    while (offset + TS_PACKET_BYTES <= all.length) {
      if (all[offset] === TS_SYNC) {
        this.#outOfStepBytes = 0;
        this.#packet(all.subarray(offset, offset + TS_PACKET_BYTES));
        offset += TS_PACKET_BYTES;
      } else {
        offset = this.#findStep(all, offset);
      }
    }
    this.#rest = all.subarray(offset);
  }

  /** Called when more packets were lost than counters of four bits can count. */
  lose(): void {
    this.#rest = Buffer.alloc(0);
    this.#counters.clear();
    for (const reader of this.#readers.values()) {
      reader.lose();
    }
    this.#options.onAudioLost();
  }

  /** The stream is over. */
  finish(): void {
    this.#video.end();
    this.#audio.end();
  }

  #findStep(all: Buffer, from: number): number {
    const found = all.indexOf(TS_SYNC, from);
    const next = found < 0 ? all.length : found;
    this.#outOfStepBytes += next - from;
    if (this.#outOfStepBytes > OUT_OF_STEP_BYTES_MAX) {
      throw new MediaError("protocol", "this is not an MPEG transport stream");
    }
    return next;
  }

  #packet(packet: Buffer): void {
    const word = packet.readUInt32BE(0);
    const pid = (word >> 8) & 0x1fff;
    const reader = this.#readers.get(pid);
    const isDamaged = (word & 0x800000) !== 0;
    const isScrambled = (word & 0xc0) !== 0;
    const hasPayload = (word & 0x10) !== 0;
    if (reader === undefined || isDamaged || isScrambled || !hasPayload) {
      return;
    }
    const adaptation = (word & 0x20) === 0 ? 0 : 1 + (packet[4] ?? 0);
    const isBreak = adaptation > 1 && ((packet[5] ?? 0) & 0x80) !== 0;
    const last = this.#counters.get(pid);
    const counter = word & 0x0f;
    if (last === counter && !isBreak) {
      // Any packet may be sent twice (2.4.3.3).
      return;
    }
    this.#counters.set(pid, counter);
    if (last !== undefined && counter !== ((last + 1) & 0x0f) && !isBreak) {
      reader.lose();
      if (reader === this.#audio) {
        this.#options.onAudioLost();
      }
    }
    if (4 + adaptation < TS_PACKET_BYTES) {
      const stuffed = adaptation > 0 && (adaptation === 1 || packet[3 + adaptation] === 0xff);
      reader.push(packet.subarray(4 + adaptation), (word & 0x400000) !== 0, stuffed);
    }
  }

  #association(section: Buffer): void {
    const mapPid = readProgramAssociation(section);
    if (mapPid === undefined || mapPid === this.#mapPid) {
      return;
    }
    this.#forget(this.#mapPid);
    this.#mapPid = mapPid;
    this.#readers.set(mapPid, new SectionReader((map) => this.#map(map)));
  }

  #map(section: Buffer): void {
    const program = readProgramMap(section);
    if (program === undefined) {
      return;
    }
    const { videoPid, audioPid } = this.#program;
    if (program.videoPid !== videoPid) {
      this.#video.finish();
      this.#move(this.#video, videoPid, program.videoPid);
    }
    if (program.audioPid !== audioPid) {
      this.#audio.finish();
      this.#move(this.#audio, audioPid, program.audioPid);
    }
    this.#program = program;
    this.#options.onProgram(program);
  }

  #move(reader: Reader, from: number | undefined, to: number | undefined): void {
    if (this.#readers.get(from ?? -1) === reader) {
      this.#forget(from);
    }
    if (to !== undefined && to !== PID.pat && to !== this.#mapPid) {
      this.#readers.set(to, reader);
    }
  }

  #forget(pid: number | undefined): void {
    if (pid !== undefined) {
      this.#readers.delete(pid);
      this.#counters.delete(pid);
    }
  }
}
