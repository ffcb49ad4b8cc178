import assert from "node:assert";
import { parseAacConfig, writeAdtsHeader } from "../../packages/media/src/codec/aac-config.ts";
import { parseAvcConfig } from "../../packages/media/src/codec/avc-config.ts";
import { parseHevcConfig } from "../../packages/media/src/codec/hevc-config.ts";
import {
  nalUnitsBytes,
  splitLengthPrefixed,
  writeLengthPrefixed,
} from "../../packages/media/src/codec/nal-units.ts";
import type { VideoConfig } from "../../packages/media/src/codec/video-config.ts";
import { decodeAmf0, encodeAmf0 } from "../../packages/media/src/container/flv/amf0.ts";
import { FlvReader } from "../../packages/media/src/container/flv/flv-reader.ts";
import { MediaError } from "../../packages/media/src/port/media-error.ts";
import {
  aacRecords,
  amf0Messages,
  avcRecords,
  avcUnits,
  flvFiles,
  hevcRecords,
  publishes,
} from "../../packages/media/src/testing/corpus.ts";
import { ChunkReader } from "../../packages/media/src/transport/rtmp/chunk-reader.ts";
import { type FuzzTarget, mutateBytes } from "./chance.ts";

const CHUNK_LIMITS = { chunkStreamsMax: 64, messageBytesMax: 64 * 1024 };
const TAG_BYTES_MAX = 64 * 1024;
/** H.264 and this program: a side of 1,024 macroblocks. */
const SIDE_MAX = 16_384;

/**
 * False when it was refused as what strangers send is refused; anything else is a fault of ours.
 */
export function accepted(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return false;
  }
}

/** Whatever way chunks are cut into reads, the same messages come out, or the same refusal. */
export const chunkTarget: FuzzTarget = {
  name: "RTMP chunks",
  next(chance) {
    const bytes = mutateBytes(chance.one(publishes), chance, publishes);
    const cuts = Array.from({ length: 1 + chance.below(6) }, () => 1 + chance.below(700));
    return {
      input: { hex: bytes.toString("hex"), cuts },
      run: () => {
        const whole = readChunks(bytes, [bytes.length]);
        assert.deepEqual(readChunks(bytes, cuts), whole);
      },
    };
  },
};

function readChunks(bytes: Buffer, cuts: readonly number[]): string[] {
  const messages: string[] = [];
  const reader = new ChunkReader(CHUNK_LIMITS, (type, stream, timestampMs, payload) => {
    assert(payload.length <= CHUNK_LIMITS.messageBytesMax, "a message is larger than its limit");
    messages.push(`${type} ${stream} ${timestampMs} ${payload.toString("latin1")}`);
  });
  const ended = accepted(() => {
    for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
      const length = cuts[cut % cuts.length] ?? bytes.length;
      reader.push(bytes.subarray(at, at + length));
      at += length;
    }
  });
  return [...messages, String(ended)];
}

/** A message that was read is written, and read as the same again. */
export const amf0Target: FuzzTarget = {
  name: "AMF0",
  next(chance) {
    const bytes = mutateBytes(chance.one(amf0Messages), chance, amf0Messages);
    return {
      input: { hex: bytes.toString("hex") },
      run: () => {
        accepted(() => {
          const written = encodeAmf0(decodeAmf0(bytes));
          assert(encodeAmf0(decodeAmf0(written)).equals(written), "it changes when it is read");
        });
      },
    };
  },
};

/**
 * AVC configurations are refused or plausible; access units stay in their memory and are written as
 * they were read.
 */
export const avcTarget: FuzzTarget = {
  name: "H.264 headers",
  next(chance) {
    const record = mutateBytes(chance.one(avcRecords), chance, avcRecords);
    const unit = mutateBytes(chance.one(avcUnits), chance, avcUnits);
    return {
      input: { record: record.toString("hex"), unit: unit.toString("hex") },
      run: () => {
        accepted(() => checkAvcConfig(record));
        accepted(() => checkAccessUnit(unit));
      },
    };
  },
};

/** HEVC configurations are refused or plausible. */
export const hevcTarget: FuzzTarget = {
  name: "HEVC headers",
  next(chance) {
    const record = mutateBytes(chance.one(hevcRecords), chance, hevcRecords);
    return {
      input: { record: record.toString("hex") },
      run: () => {
        accepted(() => checkHevcConfig(record));
      },
    };
  },
};

function checkAvcConfig(record: Buffer): void {
  const config = parseAvcConfig(record);
  checkConfig(config, record);
  assert.match(config.codec, /^avc1\.[0-9A-F]{6}$/);
}

function checkHevcConfig(record: Buffer): void {
  const config = parseHevcConfig(record);
  checkConfig(config, record);
  assert.match(
    config.codec,
    /^hvc1\.[ABC]?\d{1,2}\.[0-9A-F]{1,8}\.[LH]\d{1,3}(\.[0-9A-F]{1,2}){0,6}$/,
  );
  assert(config.record.equals(record));
}

function checkConfig({ sps, parameterSets }: VideoConfig, record: Buffer): void {
  for (const side of [sps.width, sps.height]) assert(side > 0 && side <= 2 * SIDE_MAX);
  assert(sps.frameRate === undefined || Number.isFinite(sps.frameRate));
  assert(parameterSets.length <= record.length * 4);
}

function checkAccessUnit(bytes: Buffer): void {
  for (const lengthBytes of [1, 2, 4])
    accepted(() => {
      const units = splitLengthPrefixed(bytes, lengthBytes);
      const written = Buffer.alloc(nalUnitsBytes(units));
      assert.equal(writeLengthPrefixed(units, written, 0), written.length);
      assert.deepEqual(splitLengthPrefixed(written, 4), units);
      const end = bytes.byteOffset + bytes.length;
      for (const { buffer, byteOffset, length } of units)
        assert(buffer === bytes.buffer && byteOffset + length <= end, "beside its memory");
    });
}

/**
 * AAC configurations are refused or fit into ADTS, whose header a reader understands as the same.
 */
export const aacTarget: FuzzTarget = {
  name: "AAC configs",
  next(chance) {
    const record = mutateBytes(chance.one(aacRecords), chance, aacRecords);
    return {
      input: { record: record.toString("hex") },
      run: () => {
        accepted(() => checkAacConfig(record));
      },
    };
  },
};

function checkAacConfig(record: Buffer): void {
  const config = parseAacConfig(record);
  assert(config.sampleRate >= 7_350 && config.sampleRate <= 96_000);
  assert(config.channels >= 1 && config.channels <= 8);
  const header = Buffer.alloc(7);
  writeAdtsHeader(config, 100, header, 0);
  assert.equal(header.readUInt16BE(0), 0xfff1);
  assert.equal(((header[2] ?? 0) >> 6) + 1, config.objectType);
  assert.equal(((header[2] ?? 0) >> 2) & 15, config.samplingIndex);
  assert.equal(((header.readUIntBE(3, 3) >> 5) & 0x1fff) >>> 0, 107);
}

/**
 * FLV as an encoder of ours writes it, damaged: tags stay within their limit, however it is cut.
 */
export const flvTarget: FuzzTarget = {
  name: "FLV files",
  next(chance) {
    const bytes = mutateBytes(chance.one(flvFiles), chance, flvFiles);
    const cut = 1 + chance.below(3_000);
    return {
      input: { hex: bytes.toString("hex"), cut },
      run: () => assert.deepEqual(readTags(bytes, cut), readTags(bytes, bytes.length || 1)),
    };
  },
};

function readTags(bytes: Buffer, cut: number): string[] {
  const tags: string[] = [];
  const reader = new FlvReader(TAG_BYTES_MAX, (type, timestampMs, body) => {
    assert(body.length <= TAG_BYTES_MAX, "a tag is larger than its limit");
    tags.push(`${type} ${timestampMs} ${body.toString("latin1")}`);
  });
  const ended = accepted(() => {
    for (let at = 0; at < bytes.length; at += cut) reader.push(bytes.subarray(at, at + cut));
  });
  return [...tags, String(ended)];
}
