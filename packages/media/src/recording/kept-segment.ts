import { open, readFile } from "node:fs/promises";
import type { Segment } from "../container/segment.ts";
import type { RecordingMark } from "../port/recording.ts";

/** A segment and where it belongs in its recording. */
export interface SegmentToKeep {
  readonly rendition: string;
  readonly segment: Segment;
  /** Index of the recorded file that it becomes part of. */
  readonly file: number;
  /** That file doesn't continue the one before it. */
  readonly breaksBefore: boolean;
  /** Marks of the moments before the segment's end that no segment before it was kept with. */
  readonly marks: readonly RecordingMark[];
}

export const KEPT_FILE_SUFFIX = ".segment";
const LENGTH_BYTES = 4;

/**
 * Writes end between sectors: a word of each shows whether it is the segment's, or what the file
 * held before.
 */
const SECTOR_BYTES = 512;
const WORD_BYTES = 4;
/** Source: FNV-1a, 32 bits. */
const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;

/** The JSON before a segment's bytes, after its own length. */
interface Header extends Omit<Segment, "body" | "init"> {
  readonly rendition: string;
  readonly file: number;
  readonly breaksBefore: boolean;
  readonly marks: readonly RecordingMark[];
  readonly init: { readonly name: string; readonly base64: string } | undefined;
  /** Bytes of the segment, which follow; those of an earlier, longer one may follow them. */
  readonly length: number;
  readonly fingerprint: number;
}

/**
 * Writes a segment into a new file, or in place of the one that a file holds: by one call, since
 * each costs a turn of another thread. The fingerprint shows that the process was killed before the
 * end.
 */
export async function writeKeptSegment(
  file: string,
  { segment: { body, init, ...segment }, ...place }: SegmentToKeep,
  isNew: boolean,
): Promise<void> {
  const header: Header = {
    ...{ ...segment, ...place, length: body.length, fingerprint: fingerprintOf(body) },
    init: init && { name: init.name, base64: init.body.toString("base64") },
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  const handle = await open(file, isNew ? "wx" : "r+", 0o600);
  try {
    const { bytesWritten } = await handle.writev([length, text, body], 0);
    if (bytesWritten < LENGTH_BYTES + text.length + body.length) {
      throw new Error("the disk took only a part of a segment");
    }
  } finally {
    await handle.close();
  }
}

function fingerprintOf(body: Buffer): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at + WORD_BYTES <= body.length; at += SECTOR_BYTES) {
    hash = Math.imul(hash ^ body.readUInt32LE(at), FNV_PRIME);
  }
  return hash >>> 0;
}

/** Undefined for a file that isn't whole. */
export async function readKeptSegment(file: string): Promise<SegmentToKeep | undefined> {
  const found = await readFile(file);
  const header = headerOf(found);
  const body = header && found.subarray(header.end, header.end + header.length);
  if (!header || body?.length !== header.length || fingerprintOf(body) !== header.fingerprint) {
    return undefined;
  }
  const { rendition, file: index, breaksBefore, marks, init, length: _length, end: _end } = header;
  const { index: ordinal, durationMs, programDateTimeMs, discontinuity, ...rest } = header;
  const { keyframeIntervals, videoBytes, audioBytes, videoFrames } = rest;
  const segment: Segment = {
    ...{ body, index: ordinal, durationMs, programDateTimeMs, discontinuity },
    ...{ keyframeIntervals, videoBytes, audioBytes, videoFrames },
    init: init && { name: init.name, body: Buffer.from(init.base64, "base64") },
  };
  return { rendition, segment, file: index, breaksBefore, marks };
}

/** The segment's bytes. Rejects when they aren't whole. */
export async function readKeptBody(file: string): Promise<Buffer> {
  const kept = await readKeptSegment(file);
  if (kept === undefined) {
    throw new Error("a segment that waited on the disk is cut short");
  }
  return kept.segment.body;
}

/** Undefined where it isn't whole, or is the zeros that a power cut leaves. */
function headerOf(found: Buffer): (Header & { readonly end: number }) | undefined {
  if (found.length < LENGTH_BYTES) {
    return undefined;
  }
  const end = LENGTH_BYTES + found.readUInt32BE();
  if (found.length < end) {
    return undefined;
  }
  try {
    const header: Header = JSON.parse(found.toString("utf8", LENGTH_BYTES, end));
    return { ...header, end };
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
