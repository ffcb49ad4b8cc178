import { MediaError } from "../port/media-error.ts";
import { BitReader } from "./bit-reader.ts";

/** An encoder's AAC sequence header: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). */
export interface AacConfig {
  readonly objectType: number;
  readonly samplingIndex: number;
  readonly sampleRate: number;
  readonly channels: number;
  /** RFC 6381, such as `mp4a.40.2`. */
  readonly codec: string;
  /** The AudioSpecificConfig itself. */
  readonly record: Buffer;
}

export const ADTS_HEADER_BYTES = 7;
/** ADTS's frame length field has 13 bits. */
export const ADTS_FRAME_BYTES_MAX = 0x1fff;
export const AAC_SAMPLES_PER_FRAME = 1_024;

const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
] as const;
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8] as const;
const OBJECT_TYPE = { lc: 2, sbr: 5, ps: 29 } as const;

/** Throws MediaError `protocol`, or `unsupported-media` for what ADTS can't carry. */
export function parseAacConfig(bytes: Buffer): AacConfig {
  const reader = new BitReader(bytes);
  const announced = readObjectType(reader);
  const samplingIndex = reader.bits(4);
  if (samplingIndex === 15) {
    throw new MediaError("unsupported-media", "AAC with an explicit sample rate is not supported");
  }
  const channelConfiguration = reader.bits(4);
  let objectType = announced;
  if (announced === OBJECT_TYPE.sbr || announced === OBJECT_TYPE.ps) {
    if (reader.bits(4) === 15) {
      reader.bits(24);
    }
    objectType = readObjectType(reader);
  }
  const sampleRate = SAMPLE_RATES[samplingIndex];
  const channels = CHANNELS[channelConfiguration];
  if (sampleRate === undefined || channels === undefined || channels === 0) {
    throw new MediaError("unsupported-media", "the AAC channel layout or rate is not supported");
  }
  if (objectType < 1 || objectType > 4) {
    throw new MediaError("unsupported-media", `AAC object type ${objectType} is not supported`);
  }
  const codec = `mp4a.40.${announced}`;
  return { objectType, samplingIndex, sampleRate, channels, codec, record: Buffer.from(bytes) };
}

function readObjectType(reader: BitReader): number {
  const type = reader.bits(5);
  return type === 31 ? 32 + reader.bits(6) : type;
}

/** Writes the seven bytes before a raw frame (ISO/IEC 13818-7, 6.2), without CRC. */
export function writeAdtsHeader(
  config: AacConfig,
  frameBytes: number,
  into: Buffer,
  offset: number,
): void {
  const length = frameBytes + ADTS_HEADER_BYTES;
  const channelConfiguration = config.channels === 8 ? 7 : config.channels;
  into[offset] = 0xff;
  into[offset + 1] = 0xf1;
  into[offset + 2] =
    ((config.objectType - 1) << 6) | (config.samplingIndex << 2) | (channelConfiguration >> 2);
  into[offset + 3] = ((channelConfiguration & 3) << 6) | (length >> 11);
  into[offset + 4] = (length >> 3) & 0xff;
  into[offset + 5] = ((length & 7) << 5) | 0x1f;
  into[offset + 6] = 0xfc;
}
