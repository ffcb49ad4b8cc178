import { crc32Mpeg } from "./crc32.ts";
import { PID, STREAM_TYPE, TS_PACKET_BYTES } from "./transport-stream.ts";

const TABLE_ID = { pat: 0x00, pmt: 0x02 } as const;
const PROGRAM_NUMBER = 1;
const TRANSPORT_STREAM_ID = 1;

/**
 * The beginning of both descriptors of timed metadata: application and format are ID3, service 0.
 */
const ID3_FORMAT = [0xff, 0xff, ...Buffer.from("ID3 "), 0xff, ...Buffer.from("ID3 "), 0];
/** Source: Apple, "Timed Metadata for HTTP Live Streaming", section 2: in this very program. */
const METADATA_POINTER_DESCRIPTOR = [0x25, 15, ...ID3_FORMAT, 0x1f, 0, PROGRAM_NUMBER];
const METADATA_DESCRIPTOR = [0x26, 13, ...ID3_FORMAT, 0x0f];

/**
 * One packet with the program association table (ISO/IEC 13818-1, 2.4.4.3). The continuity counter
 * is left 0.
 */
export function programAssociationPacket(): Buffer {
  return tablePacket(PID.pat, TABLE_ID.pat, TRANSPORT_STREAM_ID, 0, [
    PROGRAM_NUMBER >> 8,
    PROGRAM_NUMBER & 0xff,
    0xe0 | (PID.pmt >> 8),
    PID.pmt & 0xff,
  ]);
}

/** The media that a transport stream carries: H.264 video, AAC in ADTS, ID3 tags. */
export interface Tracks {
  readonly video: boolean;
  readonly audio: boolean;
  readonly metadata?: boolean;
}

/**
 * One packet with the program map table (2.4.4.8). Audio carries the clock where there is no video.
 */
export function programMapPacket(
  { video, audio, metadata = false }: Tracks,
  version: number,
): Buffer {
  const pointer = metadata ? METADATA_POINTER_DESCRIPTOR : [];
  const clockPid = video ? PID.video : PID.audio;
  const elementary = (
    streamType: number,
    pid: number,
    descriptor: readonly number[] = [],
  ): number[] => [
    streamType,
    0xe0 | (pid >> 8),
    pid & 0xff,
    0xf0,
    descriptor.length,
    ...descriptor,
  ];
  return tablePacket(PID.pmt, TABLE_ID.pmt, PROGRAM_NUMBER, version, [
    0xe0 | (clockPid >> 8),
    clockPid & 0xff,
    0xf0,
    pointer.length,
    ...pointer,
    ...(video ? elementary(STREAM_TYPE.avc, PID.video) : []),
    ...(audio ? elementary(STREAM_TYPE.aacAdts, PID.audio) : []),
    ...(metadata ? elementary(STREAM_TYPE.metadata, PID.metadata, METADATA_DESCRIPTOR) : []),
  ]);
}

function tablePacket(
  pid: number,
  tableId: number,
  extension: number,
  version: number,
  body: readonly number[],
): Buffer {
  const section = Buffer.alloc(8 + body.length + 4);
  section.set([tableId], 0);
  section.writeUInt16BE(0xb000 | (section.length - 3), 1);
  section.writeUInt16BE(extension, 3);
  section.set([0xc1 | ((version & 0x1f) << 1), 0, 0, ...body], 5);
  section.writeUInt32BE(crc32Mpeg(section.subarray(0, -4)), section.length - 4);
  const packet = Buffer.alloc(TS_PACKET_BYTES, 0xff);
  packet.set([0x47, 0x40 | (pid >> 8), pid & 0xff, 0x10, 0], 0);
  section.copy(packet, 5);
  return packet;
}
