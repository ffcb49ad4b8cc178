/*
 * RTCP (RFC 3550, 6; RFC 4585) as far as a server that receives and forwards needs it.
 */

const HEADER_BYTES = 4;
const REPORT_BLOCK_BYTES = 24;
const SENDER_INFO_BYTES = 20;
/** Parts of one compound packet that are read. */
const PARTS_MAX = 32;
/** Packets that one request may name: more than any receiver misses at once. */
const NACKED_MAX = 512;

export const RTCP_TYPE = {
  senderReport: 200,
  receiverReport: 201,
  description: 202,
  bye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const;

const FORMAT = { nack: 1, pictureLoss: 1, fullIntra: 4, application: 15 } as const;

export interface SenderReport {
  readonly kind: "sender-report";
  readonly ssrc: number;
  /** The sender's wall clock in milliseconds, from an origin of its own. */
  readonly wallMs: number;
  /** The middle 32 bits of that time, which reports give back. */
  readonly ntpMiddle: number;
  readonly rtpTimestamp: number;
  readonly reports: readonly ReportBlock[];
}

export interface ReceiverReport {
  readonly kind: "receiver-report";
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

/** Reception of one source. */
export interface ReportBlock {
  readonly ssrc: number;
  /** Of 256, since the last report. */
  readonly fractionLost: number;
  readonly lost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  readonly lastReport: number;
  /** In units of 1/65,536 s. */
  readonly delaySinceLastReport: number;
}

export type RtcpPart =
  | SenderReport
  | ReceiverReport
  | { readonly kind: "bye"; readonly ssrcs: readonly number[] }
  | { readonly kind: "picture-loss"; readonly media: number }
  | { readonly kind: "nack"; readonly media: number; readonly sequences: readonly number[] }
  | { readonly kind: "remb"; readonly bitrate: number };

/** Reads what is known of a compound packet; the rest, and what is malformed, is left out. */
export function parseRtcp(compound: Buffer): RtcpPart[] {
  const parts: RtcpPart[] = [];
  let count = 0;
  for (let at = 0; at + HEADER_BYTES <= compound.length && count < PARTS_MAX; count += 1) {
    const end = at + HEADER_BYTES + 4 * compound.readUInt16BE(at + 2);
    if ((compound[at] ?? 0) >> 6 !== 2 || end > compound.length) {
      break;
    }
    const part = parsePart(compound.subarray(at, end));
    if (part !== undefined) {
      parts.push(part);
    }
    at = end;
  }
  return parts;
}

function parsePart(bytes: Buffer): RtcpPart | undefined {
  const number = (bytes[0] ?? 0) & 0x1f;
  const type = bytes[1] ?? 0;
  if (type === RTCP_TYPE.bye) {
    const words = Math.min(number, (bytes.length - HEADER_BYTES) >> 2);
    const at = Array.from({ length: words }, (_, index) => HEADER_BYTES + 4 * index);
    return { kind: "bye", ssrcs: at.map((offset) => bytes.readUInt32BE(offset)) };
  }
  if (bytes.length < HEADER_BYTES + 4) {
    return undefined;
  }
  switch (type) {
    case RTCP_TYPE.senderReport:
      return parseSenderReport(bytes, number);
    case RTCP_TYPE.receiverReport:
      return {
        kind: "receiver-report",
        ssrc: bytes.readUInt32BE(4),
        reports: parseReports(bytes, 8, number),
      };
    case RTCP_TYPE.transportFeedback:
      return number === FORMAT.nack ? parseNack(bytes) : undefined;
    case RTCP_TYPE.payloadFeedback:
      return parsePayloadFeedback(bytes, number);
    default:
      return undefined;
  }
}

function parseSenderReport(bytes: Buffer, number: number): SenderReport | undefined {
  const blocksAt = 8 + SENDER_INFO_BYTES;
  if (bytes.length < blocksAt) {
    return undefined;
  }
  const [seconds, fraction] = [bytes.readUInt32BE(8), bytes.readUInt32BE(12)];
  return {
    kind: "sender-report",
    ssrc: bytes.readUInt32BE(4),
    wallMs: seconds * 1_000 + (fraction * 1_000) / 2 ** 32,
    ntpMiddle: bytes.readUInt32BE(10),
    rtpTimestamp: bytes.readUInt32BE(16),
    reports: parseReports(bytes, blocksAt, number),
  };
}

function parseReports(bytes: Buffer, from: number, number: number): ReportBlock[] {
  const reports: ReportBlock[] = [];
  for (let index = 0; index < number; index += 1) {
    const at = from + REPORT_BLOCK_BYTES * index;
    if (at + REPORT_BLOCK_BYTES > bytes.length) {
      break;
    }
    reports.push({
      ssrc: bytes.readUInt32BE(at),
      fractionLost: bytes[at + 4] ?? 0,
      lost: bytes.readIntBE(at + 5, 3),
      highestSequence: bytes.readUInt32BE(at + 8),
      jitter: bytes.readUInt32BE(at + 12),
      lastReport: bytes.readUInt32BE(at + 16),
      delaySinceLastReport: bytes.readUInt32BE(at + 20),
    });
  }
  return reports;
}

function parseNack(bytes: Buffer): RtcpPart | undefined {
  if (bytes.length < 12) {
    return undefined;
  }
  const sequences: number[] = [];
  for (let at = 12; at + 4 <= bytes.length && sequences.length < NACKED_MAX; at += 4) {
    const first = bytes.readUInt16BE(at);
    const mask = bytes.readUInt16BE(at + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit += 1) {
      if ((mask & (1 << bit)) !== 0) {
        sequences.push((first + bit + 1) & 0xffff);
      }
    }
  }
  return { kind: "nack", media: bytes.readUInt32BE(8), sequences };
}

function parsePayloadFeedback(bytes: Buffer, format: number): RtcpPart | undefined {
  if (bytes.length < 12) {
    return undefined;
  }
  if (format === FORMAT.pictureLoss) {
    return { kind: "picture-loss", media: bytes.readUInt32BE(8) };
  }
  if (format === FORMAT.fullIntra && bytes.length >= 20) {
    return { kind: "picture-loss", media: bytes.readUInt32BE(12) };
  }
  if (format === FORMAT.application && bytes.length >= 20 && bytes.readUInt32BE(12) === REMB_NAME) {
    const word = bytes.readUInt32BE(16) & 0xffffff;
    return { kind: "remb", bitrate: (word & 0x3ffff) * 2 ** (word >> 18) };
  }
  return undefined;
}

function header(number: number, type: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes[0] = 0x80 | number;
  bytes[1] = type;
  bytes.writeUInt16BE(content.length / 4, 2);
  return Buffer.concat([bytes, content]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) {
    bytes.writeUInt32BE(value >>> 0, 4 * index);
  }
  return bytes;
}

/** Up to 31 blocks; every compound packet begins with a report. */
export function writeReceiverReport(ssrc: number, reports: readonly ReportBlock[]): Buffer {
  const content = Buffer.concat([words(ssrc), ...reports.map(writeReportBlock)]);
  return header(reports.length, RTCP_TYPE.receiverReport, content);
}

export interface SenderReportToWrite {
  readonly ssrc: number;
  /** Milliseconds since the epoch. */
  readonly wallMs: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly bytes: number;
}

/** Seconds from NTP's origin, 1900, to the epoch. */
const NTP_EPOCH_SECONDS = 2_208_988_800;

export function writeSenderReport(report: SenderReportToWrite): Buffer {
  const { ssrc, wallMs, rtpTimestamp, packets, bytes } = report;
  const seconds = Math.floor(wallMs / 1_000);
  const fraction = ((wallMs - seconds * 1_000) / 1_000) * 2 ** 32;
  const ntpSeconds = (seconds + NTP_EPOCH_SECONDS) % 2 ** 32;
  return header(
    0,
    RTCP_TYPE.senderReport,
    words(ssrc, ntpSeconds, fraction, rtpTimestamp, packets, bytes),
  );
}

function writeReportBlock(report: ReportBlock): Buffer {
  const lost = Math.max(-0x800000, Math.min(report.lost, 0x7fffff)) & 0xffffff;
  return words(
    report.ssrc,
    report.fractionLost * 2 ** 24 + lost,
    report.highestSequence,
    report.jitter,
    report.lastReport,
    report.delaySinceLastReport,
  );
}

/** Asks for a keyframe. */
export function writePictureLoss(from: number, media: number): Buffer {
  return header(FORMAT.pictureLoss, RTCP_TYPE.payloadFeedback, words(from, media));
}

/** Asks for packets again; `sequences` are in order. */
export function writeNack(from: number, media: number, sequences: readonly number[]): Buffer {
  const items: number[] = [];
  let first = -1;
  let mask = 0;
  for (const sequence of sequences) {
    const step = (sequence - first) & 0xffff;
    if (first >= 0 && step >= 1 && step <= 16) {
      mask |= 1 << (step - 1);
      continue;
    }
    if (first >= 0) {
      items.push(first * 0x10000 + mask);
    }
    first = sequence;
    mask = 0;
  }
  if (first >= 0) {
    items.push(first * 0x10000 + mask);
  }
  return header(FORMAT.nack, RTCP_TYPE.transportFeedback, words(from, media, ...items));
}

const REMB_NAME = 0x52454d42;

/** Says which bitrate these sources may have together (draft-alvestrand-rmcat-remb). */
export function writeRemb(from: number, bitrate: number, sources: readonly number[]): Buffer {
  let exponent = 0;
  let mantissa = Math.floor(bitrate);
  while (mantissa > 0x3ffff) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  const rate = sources.length * 2 ** 24 + (exponent << 18) + mantissa;
  return header(
    FORMAT.application,
    RTCP_TYPE.payloadFeedback,
    words(from, 0, REMB_NAME, rate, ...sources),
  );
}

/** A source's name, which every report of senders goes with. */
export function writeDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname, "latin1");
  const item = Buffer.concat([words(ssrc), Buffer.of(1, name.length), name, Buffer.of(0)]);
  const padded = Buffer.concat([item, Buffer.alloc(-item.length & 3)]);
  return header(1, RTCP_TYPE.description, padded);
}

export function writeBye(ssrcs: readonly number[]): Buffer {
  return header(ssrcs.length, RTCP_TYPE.bye, words(...ssrcs));
}
