import { readFile } from "node:fs/promises";
import type { RecordingMark } from "../engine/recording-messages.ts";
import type { Segment } from "../segmenter/segment.ts";
import type { SegmentToKeep } from "./segment-keeper.ts";

export const KEPT_FILE_SUFFIX = ".segment";
const LENGTH_BYTES = 4;

/** What stands before a segment's bytes, as JSON behind its own length. */
interface Header extends Omit<Segment, "body" | "init"> {
  readonly rendition: string;
  readonly file: number;
  readonly breaksBefore: boolean;
  readonly marks: readonly RecordingMark[];
  readonly init: { readonly name: string; readonly base64: string } | undefined;
  /** Of the bytes behind it: a file that is shorter was being written when its process died. */
  readonly length: number;
}

export function encodeKeptSegment(kept: SegmentToKeep): readonly Uint8Array[] {
  const { rendition, file, breaksBefore, marks } = kept;
  const { body, init, ...segment } = kept.segment;
  const header: Header = {
    ...segment,
    ...{ rendition, file, breaksBefore, marks, length: body.length },
    init: init && { name: init.name, base64: init.body.toString("base64") },
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return [length, text, body];
}

/** Undefined for a file that isn't whole. */
export async function readKeptSegment(file: string): Promise<SegmentToKeep | undefined> {
  const found = await readFile(file);
  const header = headerOf(found);
  const body = header && found.subarray(found.length - header.length);
  if (!header || !body || found.length !== header.end + header.length) {
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
