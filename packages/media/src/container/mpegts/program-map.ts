import { MediaError, type MediaErrorCode } from "../../port/media-error.ts";
import { STREAM_TYPE } from "./transport-stream.ts";

const TABLE_ID = { pat: 0, pmt: 2 } as const;
const HEADER_BYTES = 8;
const CRC_BYTES = 4;
const PRIVATE_DATA = 0x06;
const REGISTRATION_DESCRIPTOR = 0x05;
const AC3_DESCRIPTORS = [0x6a, 0x7a];

/**
 * ISO/IEC 13818-1, table 2-34, and what broadcasters register: what may be sent and isn't ingested.
 */
const OTHER_VIDEO: ReadonlyMap<number, string> = new Map([
  [0x01, "MPEG-1 video"],
  [0x02, "MPEG-2 video"],
  [0x10, "MPEG-4 part 2 video"],
  [0x21, "JPEG 2000"],
  [0x24, "HEVC"],
  [0x33, "VVC"],
]);
const OTHER_AUDIO: ReadonlyMap<number, string> = new Map([
  [0x03, "MPEG-1 audio"],
  [0x04, "MPEG-2 audio"],
  [0x11, "AAC in LATM"],
  [0x81, "AC-3"],
  [0x87, "E-AC-3"],
]);
const PRIVATE_VIDEO = ["HEVC", "AV01", "VVC "];
const PRIVATE_AUDIO = ["Opus", "AC-3", "EAC3"];

/** PID of the first program's map; undefined for another table, or none. */
export function readProgramAssociation(section: Buffer): number | undefined {
  if (!isCurrent(section, TABLE_ID.pat)) {
    return undefined;
  }
  for (let offset = HEADER_BYTES; offset + 4 <= section.length - CRC_BYTES; offset += 4) {
    // Program 0 is the network's information.
    if (section.readUInt16BE(offset) !== 0) {
      return section.readUInt16BE(offset + 2) & 0x1fff;
    }
  }
  return undefined;
}

/** PIDs of a program's media. */
export interface ProgramMap {
  readonly videoPid: number | undefined;
  readonly audioPid: number | undefined;
}

/**
 * The first H.264 and the first AAC stream of a program map; undefined for another table. Throws
 * MediaError `video-codec` or `unsupported-media` where there is a picture or sound, and none in
 * these codecs.
 */
export function readProgramMap(section: Buffer): ProgramMap | undefined {
  if (!isCurrent(section, TABLE_ID.pmt)) {
    return undefined;
  }
  const streams = readStreams(section);
  const pidOf = (type: number): number | undefined =>
    streams.find((stream) => stream.type === type)?.pid;
  const videoPid = pidOf(STREAM_TYPE.avc);
  const audioPid = pidOf(STREAM_TYPE.aacAdts);
  refuse("video-codec", "video", "H.264", videoPid, streams.map(otherVideo));
  refuse("unsupported-media", "audio", "AAC", audioPid, streams.map(otherAudio));
  return { videoPid, audioPid };
}

interface ElementaryStream {
  readonly type: number;
  readonly pid: number;
  readonly descriptors: ReadonlyMap<number, Buffer>;
}

function isCurrent(section: Buffer, tableId: number): boolean {
  const long = section.length >= HEADER_BYTES + CRC_BYTES;
  return long && section[0] === tableId && ((section[5] ?? 0) & 1) === 1;
}

function readStreams(section: Buffer): ElementaryStream[] {
  const end = section.length - CRC_BYTES;
  const streams: ElementaryStream[] = [];
  if (end < HEADER_BYTES + 4) {
    return streams;
  }
  let offset = HEADER_BYTES + 4 + (section.readUInt16BE(HEADER_BYTES + 2) & 0x0fff);
  while (offset + 5 <= end) {
    const next = offset + 5 + (section.readUInt16BE(offset + 3) & 0x0fff);
    streams.push({
      type: section[offset] ?? 0,
      pid: section.readUInt16BE(offset + 1) & 0x1fff,
      descriptors: readDescriptors(section.subarray(offset + 5, Math.min(next, end))),
    });
    offset = next;
  }
  return streams;
}

function readDescriptors(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const descriptors = new Map<number, Buffer>();
  for (let offset = 0; offset + 2 <= bytes.length; ) {
    const next = offset + 2 + (bytes[offset + 1] ?? 0);
    descriptors.set(bytes[offset] ?? 0, bytes.subarray(offset + 2, next));
    offset = next;
  }
  return descriptors;
}

function otherVideo(stream: ElementaryStream): string | undefined {
  return OTHER_VIDEO.get(stream.type) ?? registered(stream, PRIVATE_VIDEO);
}

function otherAudio(stream: ElementaryStream): string | undefined {
  const isAc3 = AC3_DESCRIPTORS.some((tag) => stream.descriptors.has(tag));
  const inPrivate = stream.type === PRIVATE_DATA && isAc3 ? "AC-3" : undefined;
  return OTHER_AUDIO.get(stream.type) ?? inPrivate ?? registered(stream, PRIVATE_AUDIO);
}

function registered(
  { type, descriptors }: ElementaryStream,
  names: readonly string[],
): string | undefined {
  const registration = descriptors.get(REGISTRATION_DESCRIPTOR)?.toString("latin1", 0, 4);
  return type === PRIVATE_DATA ? names.find((name) => name === registration)?.trim() : undefined;
}

function refuse(
  code: MediaErrorCode,
  kind: string,
  wanted: string,
  pid: number | undefined,
  others: readonly (string | undefined)[],
): void {
  const other = others.find((name) => name !== undefined);
  if (pid === undefined && other !== undefined) {
    throw new MediaError(code, `${kind} in ${other} is not supported: publish ${wanted}`);
  }
}
