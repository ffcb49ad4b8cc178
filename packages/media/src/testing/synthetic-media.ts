import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import { splitAnnexB } from "../codec/annex-b.ts";
import { type AvcConfig, parseAvcConfig } from "../codec/avc-config.ts";
import type { Segment } from "../container/segment.ts";
import { uint32 } from "../transport/rtmp/chunk-writer.ts";

/** 320x180 at 30 frames per second, Constrained Baseline 3.0, as libx264 wrote it. */
export const avcRecord = Buffer.from(
  "0142c01effe100196742c01ed901419f9f0110000003001000000303c0f162e48001000568cb83cb20",
  "hex",
);
/** 1920x1080 at 60 frames per second, High 4.2. */
export const otherAvcRecord = Buffer.from(
  "0164002affe1001b6764002aacd940780227e5c044000003000400000301e03c60c65801000668ebe3cb" +
    "22c0fdf8f800",
  "hex",
);
/** 2048x1152 at 30 frames per second, Constrained Baseline 5.0: more than any channel takes. */
export const tooLargeAvcRecord = Buffer.from(
  "0142c032ffe100196742c032da00800246c044000003000400000300f03c60ca8001000468ce0fc8",
  "hex",
);
/** 320x180 at 30 frames per second, Main 2.0, as libx265 wrote it. */
const hevcRecord = Buffer.from(
  "0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff0160000003009000" +
    "0003000003003c959809210001002b42010101600000030090000003000003003ca00a080b9f79656692" +
    "4caf016808000003000800000300f04022000100074401c172b46240",
  "hex",
);
/** 48 kHz stereo AAC-LC. */
export const aacRecord = Buffer.from("1190", "hex");

export const avcConfig: AvcConfig = parseAvcConfig(avcRecord);
export const otherAvcConfig: AvcConfig = parseAvcConfig(otherAvcRecord);
export const aacConfig: AacConfig = parseAacConfig(aacRecord);

/** NAL units of a picture; the content is not decodable, only carried. */
export function picture(keyframe: boolean, bytes = 60): readonly Buffer[] {
  const unit = Buffer.alloc(bytes, 0x11);
  unit[0] = keyframe ? 0x65 : 0x41;
  return [unit];
}

/** Video message bodies of FLV and RTMP. */
export function videoBody(keyframe: boolean, bytes = 60): Buffer {
  const units = picture(keyframe, bytes).flatMap((unit) => [uint32(unit.length), unit]);
  return Buffer.concat([Buffer.of(keyframe ? 0x17 : 0x27, 1, 0, 0, 0), ...units]);
}

export function videoConfigBody(record = avcRecord): Buffer {
  return Buffer.concat([Buffer.of(0x17, 0, 0, 0, 0), record]);
}

/** A keyframe of `videoBody` that brings parameter sets along: a record's, and further ones. */
export function withSets(body: Buffer, record: Buffer, ...further: readonly Buffer[]): Buffer {
  const { parameterSets } = parseAvcConfig(record);
  const sets = [...splitAnnexB(parameterSets), ...further].flatMap((set) => [
    uint32(set.length),
    set,
  ]);
  return Buffer.concat([body.subarray(0, 5), ...sets, body.subarray(5)]);
}

export const hevcConfigBody = Buffer.concat([Buffer.from("\x90hvc1", "latin1"), hevcRecord]);

export const audioConfigBody = Buffer.concat([Buffer.of(0xaf, 0), aacRecord]);
export const audioBody = Buffer.concat([Buffer.of(0xaf, 1), Buffer.alloc(40, 0x21)]);

/** A segment as the segmenter would make it, for what comes after it. */
export function segment(overrides: Partial<Segment> = {}): Segment {
  const body = overrides.body ?? Buffer.alloc(188 * 4, 0x47);
  const durationMs = overrides.durationMs ?? 2_000;
  return {
    body,
    index: 0,
    durationMs,
    programDateTimeMs: 0,
    discontinuity: false,
    keyframeIntervals: [{ offset: 0, length: body.length, durationMs }],
    videoBytes: body.length,
    audioBytes: 0,
    videoFrames: 60,
    ...overrides,
  };
}
