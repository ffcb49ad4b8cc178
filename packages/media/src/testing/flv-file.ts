/** One tag of an FLV file (Adobe "Video File Format 10.1", E.4). */
export interface FlvTag {
  readonly type: number;
  readonly timestampMs: number;
  readonly body: Buffer;
}

const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;

/** Tags of a well-formed file, as ffmpeg writes it. */
export function readFlv(file: Buffer): FlvTag[] {
  const tags: FlvTag[] = [];
  for (let offset = FILE_HEADER_BYTES; offset + TAG_HEADER_BYTES <= file.length; ) {
    const length = file.readUIntBE(offset + 1, 3);
    const start = offset + TAG_HEADER_BYTES;
    tags.push({
      type: file.readUInt8(offset),
      timestampMs: file.readUIntBE(offset + 4, 3) + file.readUInt8(offset + 7) * 2 ** 24,
      body: file.subarray(start, start + length),
    });
    offset = start + length + 4;
  }
  return tags;
}
