import { strict as assert } from "node:assert";
import { nalUnitsBytes, writeStartCoded } from "../../codec/nal-units.ts";
import { discardMemory, takeMemory } from "../../runtime/segment-memory.ts";
import { programAssociationPacket, programMapPacket, type Tracks } from "./program-tables.ts";
import {
  PES_STREAM_ID,
  PID,
  TICKS_WRAP,
  TS_PACKET_BYTES,
  TS_PAYLOAD_BYTES,
  TS_SYNC,
} from "./transport-stream.ts";

/**
 * The clock lags the decoding time by this much: room for audio that is written after later video.
 */
const CLOCK_DELAY_TICKS = 63_000;
/** For the first segment: 2 s at 4 Mb/s. The system gives of it what is written to. */
const INITIAL_BYTES = 1_024 * 1_024;
/** Memory for a segment in relation to the one before it. */
const ROOM_FOR_NEXT = 1.125;
const EMPTY = Buffer.alloc(0);
/** PES header with both timestamps. */
const PES_HEADER_BYTES_MAX = 19;
/** Length byte and flags of an adaptation field. */
const ADAPTATION_FLAGS_BYTES = 2;
/** Length byte, flags and clock of an adaptation field. */
const ADAPTATION_WITH_CLOCK_BYTES = 8;
const HEAD_BYTES_INITIAL = 1_024;

interface Track {
  readonly pid: number;
  readonly streamId: number;
  continuity: number;
  /**
   * Nothing was written yet: players may come from another muxer's segment, with other counters and
   * clock.
   */
  fresh: boolean;
}

/**
 * Writes an MPEG transport stream, segment by segment, into one growing buffer. Continuity counters
 * run on from segment to segment, so that segments of one broadcast may be joined byte by byte.
 */
export class TsMuxer {
  #buffer = takeMemory(INITIAL_BYTES);
  #length = 0;
  /** Somebody was given a part of the buffer. */
  #isViewed = false;
  readonly #pat = programAssociationPacket();
  #tracks: Tracks = { video: true, audio: false };
  #pmt = programMapPacket(this.#tracks, 0);
  #pmtVersion = 0;
  #tableContinuity = 0;
  readonly #video: Track = {
    pid: PID.video,
    streamId: PES_STREAM_ID.video,
    continuity: 0,
    fresh: true,
  };
  readonly #audio: Track = {
    pid: PID.audio,
    streamId: PES_STREAM_ID.audio,
    continuity: 0,
    fresh: true,
  };
  readonly #metadata: Track = {
    pid: PID.metadata,
    streamId: PES_STREAM_ID.metadata,
    continuity: 0,
    fresh: true,
  };
  #hasMetadata = false;
  readonly #tracksOfAll = [this.#video, this.#audio, this.#metadata] as const;
  /** Continuity at the last `take`. */
  #taken = this.#continuity();
  /** PES header and what the muxer puts before the picture: short, so it's assembled apart. */
  #head = Buffer.allocUnsafeSlow(HEAD_BYTES_INITIAL);

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#length;
  }

  /** Program tables, before each keyframe: a player may begin there. */
  writeTables(tracks: Tracks): void {
    if (tracks.audio !== this.#tracks.audio || tracks.video !== this.#tracks.video) {
      this.#tracks = tracks;
      this.#renewProgramMap();
    }
    this.#reserve(2 * TS_PACKET_BYTES);
    for (const packet of [this.#pat, this.#pmt]) {
      packet.copy(this.#buffer, this.#length);
      this.#buffer[this.#length + 3] = 0x10 | this.#tableContinuity;
      this.#length += TS_PACKET_BYTES;
    }
    this.#tableContinuity = (this.#tableContinuity + 1) & 0x0f;
  }

  /**
   * One access unit: `prefix` (delimiter, parameter sets), which has start codes, then NAL units.
   * Times in 90 kHz ticks, unbounded; they wrap here.
   */
  writeVideo(
    ptsTicks: number,
    dtsTicks: number,
    keyframe: boolean,
    prefix: Buffer,
    units: readonly Buffer[],
  ): void {
    const clock = wrap(dtsTicks - CLOCK_DELAY_TICKS);
    const headLength = this.#pesHeader(this.#video, ptsTicks, dtsTicks, 0, prefix);
    this.#packetize(this.#video, headLength, units, clock, keyframe);
  }

  /**
   * One or more ADTS frames that follow each other without a gap; `ptsTicks` is the first one's.
   */
  writeAudio(ptsTicks: number, frames: Buffer): void {
    const headLength = this.#pesHeader(this.#audio, ptsTicks, undefined, frames.length, undefined);
    const carriesClock = !this.#tracks.video;
    const clock = carriesClock ? wrap(ptsTicks - CLOCK_DELAY_TICKS) : undefined;
    this.#packetize(this.#audio, headLength, frames, clock, carriesClock);
  }

  /**
   * An ID3 tag for the moment `ptsTicks`. From the first one on the program has a stream for them:
   * without any, ffprobe would warn of a stream that it can't decode.
   */
  writeMetadata(ptsTicks: number, tag: Buffer): void {
    if (!this.#hasMetadata) {
      this.#hasMetadata = true;
      this.#renewProgramMap();
      this.writeTables(this.#tracks);
    }
    const headLength = this.#pesHeader(this.#metadata, ptsTicks, undefined, tag.length, undefined);
    this.#packetize(this.#metadata, headLength, tag, undefined, false);
  }

  /** The bytes written since the last `take`, in the memory that the next one hands out. */
  get written(): Buffer {
    this.#isViewed = true;
    return this.#buffer.subarray(0, this.#length);
  }

  /** Hands out the bytes written so far, with their memory (`takeMemory`). */
  take(): Buffer {
    const length = this.#length;
    this.#taken = this.#continuity();
    if (length === 0) {
      return EMPTY;
    }
    const taken = this.#buffer.subarray(0, length);
    this.#begin(length * ROOM_FOR_NEXT);
    return taken;
  }

  #begin(bytes: number): void {
    this.#buffer = takeMemory(bytes);
    this.#isViewed = false;
    this.#length = 0;
  }

  /** Forgets what was written since the last `take`. */
  rollBack(): void {
    // Parts of the old one may still be listed.
    this.#begin(this.#buffer.length);
    this.#tableContinuity = this.#taken.tables;
    for (const [index, track] of this.#tracksOfAll.entries()) {
      Object.assign(track, this.#taken.tracks[index]);
    }
  }

  #continuity() {
    return {
      tables: this.#tableContinuity,
      tracks: this.#tracksOfAll.map(({ continuity, fresh }) => ({ continuity, fresh })),
    };
  }

  #renewProgramMap(): void {
    this.#pmtVersion += 1;
    this.#pmt = programMapPacket(
      { ...this.#tracks, metadata: this.#hasMetadata },
      this.#pmtVersion,
    );
  }

  #reserve(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted <= this.#buffer.length) {
      return;
    }
    const packets = Math.ceil(Math.max(wanted, this.#buffer.length * 1.5) / TS_PACKET_BYTES);
    const grown = takeMemory(packets * TS_PACKET_BYTES);
    this.#buffer.copy(grown, 0, 0, this.#length);
    if (!this.#isViewed) {
      discardMemory(this.#buffer);
    }
    this.#buffer = grown;
  }

  /**
   * Writes a PES header (ISO/IEC 13818-1, 2.4.3.6) and the prefix into `#head`; returns their
   * length.
   */
  #pesHeader(
    track: Track,
    ptsTicks: number,
    dtsTicks: number | undefined,
    bodyLength: number,
    prefix: Buffer | undefined,
  ): number {
    const prefixLength = prefix?.length ?? 0;
    if (this.#head.length < PES_HEADER_BYTES_MAX + prefixLength) {
      this.#head = Buffer.allocUnsafeSlow(PES_HEADER_BYTES_MAX + prefixLength);
    }
    const head = this.#head;
    const hasDts = dtsTicks !== undefined && dtsTicks !== ptsTicks;
    const timeBytes = hasDts ? 10 : 5;
    // Video may leave its length open (0); audio states it.
    const packetLength = bodyLength === 0 ? 0 : 3 + timeBytes + bodyLength;
    assert(packetLength <= 0xffff, "an audio PES packet is longer than its length field can say");
    head[0] = 0;
    head[1] = 0;
    head[2] = 1;
    head[3] = track.streamId;
    head[4] = packetLength >> 8;
    head[5] = packetLength & 0xff;
    head[6] = 0x84;
    head[7] = hasDts ? 0xc0 : 0x80;
    head[8] = timeBytes;
    writeTimestamp(head, 9, hasDts ? 3 : 2, wrap(ptsTicks));
    if (hasDts) {
      writeTimestamp(head, 14, 1, wrap(dtsTicks));
    }
    prefix?.copy(head, 9 + timeBytes);
    return 9 + timeBytes + prefixLength;
  }

  /**
   * Lays down the whole payload after the packets' place, then moves it into one packet after the
   * other: moving bytes within a buffer is one call, while copying a part of another buffer makes
   * an object for each packet.
   */
  #packetize(
    track: Track,
    headLength: number,
    body: Buffer | readonly Buffer[],
    clock: number | undefined,
    randomAccess: boolean,
  ): void {
    const isWhole = Buffer.isBuffer(body);
    const payload = headLength + (isWhole ? body.length : nalUnitsBytes(body));
    const room = (Math.ceil(payload / TS_PAYLOAD_BYTES) + 2) * TS_PACKET_BYTES;
    this.#reserve(room);
    const out = this.#buffer;
    let position = this.#length;
    const end = position + room;
    // Each packet holds more than its payload, so that none reaches what is still to be moved.
    let from = end - payload;
    this.#head.copy(out, from, 0, headLength);
    if (isWhole) {
      body.copy(out, from + headLength);
    } else {
      writeStartCoded(body, out, from + headLength);
    }
    let first = true;
    while (from < end) {
      const hasClock = first && clock !== undefined;
      const adaptation = adaptationBytes(hasClock, track.fresh, end - from);
      out[position] = TS_SYNC;
      out[position + 1] = (first ? 0x40 : 0) | (track.pid >> 8);
      out[position + 2] = track.pid & 0xff;
      out[position + 3] = (adaptation > 0 ? 0x30 : 0x10) | track.continuity;
      track.continuity = (track.continuity + 1) & 0x0f;
      let at = position + 4;
      if (adaptation > 0) {
        const flags = (track.fresh ? 0x80 : 0) | (first && randomAccess ? 0x40 : 0);
        writeAdaptation(out, at, adaptation, first ? clock : undefined, flags);
        at += adaptation;
        track.fresh = false;
      }
      position += TS_PACKET_BYTES;
      out.copyWithin(at, from, from + position - at);
      from += position - at;
      first = false;
    }
    this.#length = position;
  }
}

/**
 * Bytes of the adaptation field: for the clock, for flags alone, and to fill up the last packet.
 */
function adaptationBytes(hasClock: boolean, hasFlags: boolean, remaining: number): number {
  const least = hasClock ? ADAPTATION_WITH_CLOCK_BYTES : hasFlags ? ADAPTATION_FLAGS_BYTES : 0;
  return Math.max(least, TS_PAYLOAD_BYTES - remaining);
}

function writeAdaptation(
  out: Buffer,
  offset: number,
  length: number,
  clock: number | undefined,
  /** discontinuity_indicator and random_access_indicator (ISO/IEC 13818-1, 2.4.3.5). */
  flags: number,
): void {
  out[offset] = length - 1;
  if (length === 1) {
    return;
  }
  out[offset + 1] = flags | (clock === undefined ? 0 : 0x10);
  let at = offset + 2;
  if (clock !== undefined) {
    // 33 bits of 90 kHz, six reserved bits, nine bits of 27 MHz that stay 0.
    const high = Math.floor(clock / 2);
    out[at] = (high >>> 24) & 0xff;
    out[at + 1] = (high >>> 16) & 0xff;
    out[at + 2] = (high >>> 8) & 0xff;
    out[at + 3] = high & 0xff;
    out[at + 4] = ((clock % 2) << 7) | 0x7e;
    out[at + 5] = 0;
    at += 6;
  }
  out.fill(0xff, at, offset + length);
}

function writeTimestamp(out: Buffer, offset: number, marker: number, ticks: number): void {
  const high = Math.floor(ticks / 2 ** 30);
  const low = ticks % 2 ** 30;
  out[offset] = (marker << 4) | (high << 1) | 1;
  out[offset + 1] = (low >> 22) & 0xff;
  out[offset + 2] = ((low >> 14) & 0xfe) | 1;
  out[offset + 3] = (low >> 7) & 0xff;
  out[offset + 4] = ((low << 1) & 0xfe) | 1;
}

function wrap(ticks: number): number {
  const wrapped = ticks % TICKS_WRAP;
  return wrapped < 0 ? wrapped + TICKS_WRAP : wrapped;
}
