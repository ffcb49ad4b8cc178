/** Numbers of ISO/IEC 13818-1 that the muxer and its tests share. */
export const TS_PACKET_BYTES = 188;
export const TS_PAYLOAD_BYTES = 184;
export const TS_SYNC = 0x47;
/** Video's PID also carries the clock. The values are those that Apple's segmenter uses. */
export const PID = {
  pat: 0x0000,
  pmt: 0x1000,
  video: 0x0100,
  audio: 0x0101,
  metadata: 0x0102,
} as const;
export const STREAM_TYPE = { avc: 0x1b, aacAdts: 0x0f, metadata: 0x15 } as const;
export const PES_STREAM_ID = { video: 0xe0, audio: 0xc0, metadata: 0xbd } as const;
/** PTS and DTS have so many bits. */
export const TICKS_BITS = 33;
export const TICKS_WRAP = 2 ** TICKS_BITS;
