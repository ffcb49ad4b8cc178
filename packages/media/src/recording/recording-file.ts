import type { InitSection, Segment } from "../container/segment.ts";
import type { RecordingByteRange, RecordingFileRow, RecordingMark } from "../port/recording.ts";
import type { KeptSegment } from "./segment-keeper.ts";

/** A recorded file before it is written. */
export interface RecordingFile {
  /** Bytes of its segments. */
  readonly body: readonly Buffer[];
  /** The init section that its row's `init` names. */
  readonly init: InitSection | undefined;
  readonly row: RecordingFileRow;
  /** Its segments on the disk; undefined where nothing is kept. */
  readonly kept?: KeptFile | undefined;
}

/** The segments of a file on the disk. */
export class KeptFile {
  readonly #segments: readonly (KeptSegment | undefined)[];

  constructor(segments: readonly (KeptSegment | undefined)[]) {
    this.#segments = segments;
  }

  /** Its bytes can be read from there, should they be written. */
  get isWhole(): boolean {
    return this.#segments.every((segment) => segment !== undefined);
  }

  /** Resolves to undefined, or to why a segment isn't there. */
  get failure(): Promise<string | undefined> {
    const failures = this.#segments.map((segment) => segment?.failure);
    return Promise.all(failures).then((all) => all.find((failure) => failure !== undefined));
  }

  async read(): Promise<Buffer> {
    return Buffer.concat(
      await Promise.all(this.#segments.map((segment) => segment?.read() ?? EMPTY)),
    );
  }

  /** The file is in the bucket, and has its row. */
  async free(): Promise<void> {
    await Promise.all(this.#segments.map((segment) => segment?.free()));
  }

  async remove(): Promise<void> {
    await Promise.all(this.#segments.map((segment) => segment?.remove()));
  }
}

const EMPTY = Buffer.alloc(0);

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
