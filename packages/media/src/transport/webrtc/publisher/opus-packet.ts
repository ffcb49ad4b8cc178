/** Samples at 48 kHz of one frame, by the configuration in the first byte (RFC 6716, 3.1). */
const SILK = [480, 960, 1_920, 2_880] as const;
const HYBRID = [480, 960] as const;
const CELT = [120, 240, 480, 960] as const;
/** RFC 6716, 3.4: 120 ms. */
const SAMPLES_MAX = 5_760;

/** 20 ms of silence, as encoders write it. */
export const OPUS_SILENCE = Buffer.of(0xf8, 0xff, 0xfe);
export const OPUS_SILENCE_SAMPLES = 960;

/** Samples at 48 kHz that a packet decodes to; undefined for one that is malformed. */
export function opusSamples(packet: Buffer): number | undefined {
  const first = packet[0];
  if (first === undefined) {
    return undefined;
  }
  const configuration = first >> 3;
  const frame =
    configuration < 12
      ? SILK[configuration & 3]
      : configuration < 16
        ? HYBRID[configuration & 1]
        : CELT[configuration & 3];
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  const samples = (frame ?? 0) * frames;
  return samples === 0 || samples > SAMPLES_MAX ? undefined : samples;
}
