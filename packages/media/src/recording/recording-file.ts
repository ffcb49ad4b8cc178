import type { RecordingByteRange, RecordingFileRow } from "../engine/messages.ts";
import type { RecordingMark } from "../engine/recording-messages.ts";
import type { InitSection, Segment } from "../segmenter/segment.ts";

/** A recorded file before it is written. */
export interface RecordingFile {
  /** Those of its segments. */
  readonly body: readonly Buffer[];
  /** What its row's `init` names. */
  readonly init: InitSection | undefined;
  readonly row: RecordingFileRow;
}

/** Joins live segments, which continue each other, into one file. `segments` is not empty. */
export function joinSegments(
  segments: readonly Segment[],
  rendition: string,
  index: number,
  discontinuity: boolean,
  marks: readonly RecordingMark[] = [],
): RecordingFile {
  const byteRanges: RecordingByteRange[] = [];
  let offset = 0;
  for (const segment of segments) {
    const start = offset;
    byteRanges.push(
      ...segment.keyframeIntervals.map((range) => ({ ...range, offset: start + range.offset })),
    );
    offset += segment.body.length;
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
  return { body: segments.map((segment) => segment.body), init, row };
}
