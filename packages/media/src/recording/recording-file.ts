import type { InitSection, Segment } from "../container/segment.ts";
import type { RecordingByteRange, RecordingFileRow, RecordingMark } from "../port/recording.ts";
import type { KeptFile } from "./kept-file.ts";
import type { RecordedPiece } from "./recorded-piece.ts";

/** A recorded file before it is written. */
export interface RecordingFile {
  /** Bytes of its segments. */
  readonly pieces: readonly RecordedPiece[];
  /** The init section that its row's `init` names. */
  readonly init: InitSection | undefined;
  readonly row: RecordingFileRow;
  /** Its segments on the disk; undefined where nothing is kept. */
  readonly kept?: KeptFile | undefined;
}

/** A segment in a recorded file. */
export interface JoinedSegment extends Omit<Segment, "body"> {
  readonly length: number;
}

/** Joins live segments, which continue each other, into one file. `segments` is not empty. */
export function joinSegments(
  segments: readonly JoinedSegment[],
  rendition: string,
  index: number,
  discontinuity: boolean,
  marks: readonly RecordingMark[] = [],
): Pick<RecordingFile, "init" | "row"> {
  const byteRanges: RecordingByteRange[] = [];
  let offset = 0;
  for (const segment of segments) {
    const start = offset;
    byteRanges.push(
      ...segment.keyframeIntervals.map((range) => ({ ...range, offset: start + range.offset })),
    );
    offset += segment.length;
  }
  const init = segments[0]?.init;
  const row: RecordingFileRow = {
    rendition,
    index,
    init: init?.name,
    durationMs: segments.reduce((sum, segment) => sum + segment.durationMs, 0),
    length: offset,
    programDateTimeMs: segments[0]?.programDateTimeMs ?? 0,
    discontinuity,
    byteRanges,
    ...(marks.length > 0 ? { marks } : {}),
  };
  return { init, row };
}

/** How many files a rendition has that has most. */
export function filesIn(rows: readonly RecordingFileRow[]): number {
  return rows.reduce((count, { index }) => Math.max(count, index + 1), 0);
}
