import { box, fullBox, text, u32, u64 } from "./boxes.ts";

/** One sample of a fragment's track, in its track's time scale. */
export interface Sample {
  readonly duration: number;
  readonly size: number;
  readonly isSync: boolean;
  /** Presentation minus decoding. */
  readonly compositionOffset: number;
}

export interface FragmentTrack {
  readonly id: number;
  /** Decoding time of the first sample. */
  readonly startTime: number;
  readonly samples: readonly Sample[];
  /** The samples' bytes. */
  readonly body: Buffer;
}

/** trun: data offset; duration, size, flags and composition offset of every sample. */
const RUN_FLAGS = 0x000f01;
const DEFAULT_BASE_IS_MOOF = 0x020000;
/** sample_depends_on: 2 no other; 1 others, and it is no sync sample. */
const SYNC = 0x02000000;
const NOT_SYNC = 0x01010000;
const RUN_DATA_OFFSET_AT = 16;
const RUN_SAMPLES_AT = 20;

/** `moof` and `mdat` (ISO/IEC 14496-12, 8.8.4). The tracks' bytes follow each other. */
export function renderFragment(sequence: number, tracks: readonly FragmentTrack[]): Buffer {
  const runs = tracks.map(trackRun);
  const length = runs.reduce((sum, { traf }) => sum + traf.length, 8 + 16);
  let offset = length + 8;
  for (const [index, { traf, runAt }] of runs.entries()) {
    traf.writeUInt32BE(offset, runAt + RUN_DATA_OFFSET_AT);
    offset += tracks[index]?.body.length ?? 0;
  }
  const moof = box("moof", fullBox("mfhd", 0, 0, u32(sequence)), ...runs.map(({ traf }) => traf));
  return Buffer.concat([moof, box("mdat", ...tracks.map(({ body }) => body))]);
}

/**
 * The boxes up to a first fragment's first sample, a keyframe: as much as it takes to decode that
 * one. A copy.
 */
export function upToFirstSample(segment: Buffer): Buffer {
  let offset = 0;
  let sampleBytes = 0;
  while (offset + 8 <= segment.length) {
    const length = segment.readUInt32BE(offset);
    const type = segment.toString("latin1", offset + 4, offset + 8);
    if (type === "moof") {
      // trun comes after tfhd and tfdt in the first traf.
      const run = segment.indexOf("trun", offset, "latin1") - 4;
      sampleBytes = segment.readUInt32BE(run + RUN_SAMPLES_AT + 4);
    } else if (type === "mdat") {
      return Buffer.from(segment.subarray(0, offset + 8 + sampleBytes));
    }
    offset += length;
  }
  return Buffer.from(segment);
}

function trackRun({ id, startTime, samples }: FragmentTrack): {
  readonly traf: Buffer;
  /** Offset at which its trun begins. */
  readonly runAt: number;
} {
  const header = fullBox("tfhd", 0, DEFAULT_BASE_IS_MOOF, u32(id));
  const time = fullBox("tfdt", 1, 0, u64(startTime));
  const rows = Buffer.allocUnsafe(16 * samples.length);
  for (const [index, sample] of samples.entries()) {
    rows.writeUInt32BE(sample.duration, 16 * index);
    rows.writeUInt32BE(sample.size, 16 * index + 4);
    rows.writeUInt32BE(sample.isSync ? SYNC : NOT_SYNC, 16 * index + 8);
    rows.writeInt32BE(sample.compositionOffset, 16 * index + 12);
  }
  const run = fullBox("trun", 1, RUN_FLAGS, u32(samples.length, 0), rows);
  return { traf: box("traf", header, time, run), runAt: 8 + header.length + time.length };
}

/**
 * As hls.js and Apple's players read timed metadata (AOM, "Carriage of ID3 Timed Metadata in
 * CMAF").
 */
const ID3_SCHEME = "https://aomedia.org/emsg/ID3";
const UNKNOWN_DURATION = 0xffffffff;

/** An event message box before the fragment whose time it is (ISO/IEC 23009-1, 5.10.3.3). */
export function eventMessage(timescale: number, time: number, id: number, tag: Buffer): Buffer {
  return fullBox(
    "emsg",
    1,
    0,
    u32(timescale),
    u64(time),
    u32(UNKNOWN_DURATION, id),
    text(ID3_SCHEME),
    text(""),
    tag,
  );
}
