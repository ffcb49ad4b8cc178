import { crc32Mpeg } from "../container/mpegts/crc32.ts";

/** A break for advertisements, as SCTE 35 describes it. */
export interface SpliceOut {
  readonly eventId: number;
  /** Time of the first picture of the break, in 90 kHz ticks. */
  readonly ptsTicks: number;
  readonly durationTicks: number;
}

/** A break's beginning or end, at the place where it stands. */
export interface SpliceNow {
  readonly eventId: number;
  readonly durationTicks: number;
  /** Out of the network, or back. */
  readonly isOut: boolean;
}

/** Bytes around the command; there are no descriptors. */
const AROUND_BYTES = 20;
/** Bytes before those that section_length counts. */
const SECTION_HEAD_BYTES = 3;
/** Lengths of a command with a time and a duration, and with a duration alone. */
const COMMAND_BYTES = 20;
const COMMAND_NOW_BYTES = 15;
const SPLICE_INSERT = 0x05;
const CRC_BYTES = 4;
const TICKS_MODULUS = 2 ** 33;
const TICKS_HIGH = 2 ** 32;

/**
 * A splice_info_section that leaves the network at a time and returns by itself (SCTE 35, 9.6 and
 * 9.7.3).
 */
export function spliceInsert({ eventId, ptsTicks, durationTicks }: SpliceOut): Buffer {
  const section = begin(COMMAND_BYTES, eventId);
  // Not cancelled; out of the network, the whole program, with a duration, not at once.
  section[18] = 0x7f;
  section[19] = 0xef;
  writeTicks(section, 20, ptsTicks);
  writeTicks(section, 25, durationTicks);
  // One program, with its only avail; no descriptors follow.
  section.writeUInt16BE(1, 30);
  section[32] = 1;
  section[33] = 1;
  return end(section);
}

/** A splice_info_section without a time: it means the place in the playlist where it stands. */
export function spliceNow({ eventId, durationTicks, isOut }: SpliceNow): Buffer {
  const section = begin(COMMAND_NOW_BYTES, eventId);
  // Not cancelled; out of the network or back, the whole program, with a duration, at once.
  section[18] = 0x7f;
  section[19] = isOut ? 0xff : 0x7f;
  writeTicks(section, 20, durationTicks);
  return end(section);
}

function begin(commandBytes: number, eventId: number): Buffer {
  const section = Buffer.alloc(AROUND_BYTES + commandBytes);
  section[0] = 0xfc;
  // No long syntax, not private, type of stream access point not given; then protocol 0, not
  // encrypted.
  section.writeUInt16BE(0x3000 | (section.length - SECTION_HEAD_BYTES), 1);
  // Every tier of authorization.
  section.writeUIntBE(0xfff000 | commandBytes, 10, 3);
  section[13] = SPLICE_INSERT;
  section.writeUInt32BE(eventId, 14);
  return section;
}

function end(section: Buffer): Buffer {
  section.writeUInt32BE(crc32Mpeg(section.subarray(0, -CRC_BYTES)), section.length - CRC_BYTES);
  return section;
}

/**
 * 33 bits after a flag that is set (a time is given; the return is automatic) and six reserved
 * ones.
 */
function writeTicks(section: Buffer, offset: number, ticks: number): void {
  const wrapped = ticks % TICKS_MODULUS;
  section[offset] = wrapped >= TICKS_HIGH ? 0xff : 0xfe;
  section.writeUInt32BE(wrapped % TICKS_HIGH, offset + 1);
}
