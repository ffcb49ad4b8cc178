import type { Segment } from "../container/segment.ts";
import type { RecordingMark } from "../port/recording.ts";
import type { KeptFile, KeptSegment } from "./kept-file.ts";
import { RecordedPiece } from "./recorded-piece.ts";
import { type JoinedSegment, joinSegments, type RecordingFile } from "./recording-file.ts";

/** Makes a file on the disk for the segments of a recorded file; undefined when it is too late. */
type NewKeptFile = () => KeptFile | undefined;

/** A segment in its recording. */
interface Joined {
  /**
   * Files that are complete with it: one, or two where it doesn't continue the one before.
   */
  readonly files: readonly RecordingFile[];
  /** The segment on the disk. */
  readonly kept: KeptSegment | undefined;
}

/** As much of a segment as decides where a file ends. */
type Joinable = Pick<Segment, "index" | "durationMs">;

/** Decides where the files of a recording end, by the rendition that gets there first. */
export class FileBoundaries {
  readonly #fileDurationMs: number;
  /** Index of the last segment of file n. */
  readonly #lastSegments: number[] = [];

  constructor(fileDurationMs: number) {
    this.#fileDurationMs = fileDurationMs;
  }

  /** Whether `segment` is the last of file n, which lasts `durationMs` with it. */
  endsWith(file: number, segment: Joinable, durationMs: number): boolean {
    const decided = this.#lastSegments[file];
    if (decided !== undefined) {
      return segment.index >= decided;
    }
    // The next segment will be about as long as this one: with half of it the file is as near as it
    // gets.
    const ends = durationMs + segment.durationMs / 2 > this.#fileDurationMs;
    if (ends) {
      this.end(file, segment);
    }
    return ends;
  }

  /** File n ends with `segment`, whatever its length. */
  end(file: number, segment: Joinable): void {
    this.#lastSegments[file] ??= segment.index;
  }
}

/**
 * Joins the segments of one rendition into files; those of all renditions end at the same segments.
 */
export class FileJoiner {
  readonly #rendition: string;
  readonly #boundaries: FileBoundaries;
  readonly #newKeptFile: NewKeptFile | undefined;
  #segments: JoinedSegment[] = [];
  #pieces: RecordedPiece[] = [];
  /** The file on the disk of the segments since the last complete one. */
  #keptFile: KeptFile | undefined;
  /** Marks of moments that no kept segment has yet. */
  #unkeptMarks: RecordingMark[] = [];
  #durationMs = 0;
  #nextIndex = 0;
  /** Files of earlier broadcasts. */
  #earlierFiles = 0;
  #breakBefore = false;
  /** Marks of moments that no file has yet, in order. */
  #marks: RecordingMark[] = [];

  constructor(rendition: string, boundaries: FileBoundaries, newKeptFile?: NewKeptFile) {
    this.#rendition = rendition;
    this.#boundaries = boundaries;
    this.#newKeptFile = newKeptFile;
  }

  add(segment: Segment): Joined {
    const files: RecordingFile[] = [];
    const isOther = segment.init?.name !== (this.#segments[0] ?? segment).init?.name;
    if (segment.discontinuity || isOther) {
      files.push(...this.flush());
    }
    if (segment.discontinuity) {
      this.breakNext();
    }
    const { body, ...joined } = segment;
    const kept = this.#keep(segment);
    // Released by the holder of the file, once it is in the bucket, or when it is on the disk.
    this.#pieces.push(new RecordedPiece(body, kept));
    this.#segments.push({ ...joined, length: body.length });
    this.#durationMs += segment.durationMs;
    if (this.#boundaries.endsWith(this.#nextIndex, segment, this.#durationMs)) {
      files.push(...this.flush());
    }
    return { files, kept };
  }

  #keep(segment: Segment): KeptSegment | undefined {
    if (this.#segments.length === 0) {
      this.#keptFile = this.#newKeptFile?.();
    }
    if (this.#keptFile === undefined) {
      return undefined;
    }
    const endMs = Math.floor(segment.programDateTimeMs + segment.durationMs);
    const marks = this.#unkeptMarks.filter(({ atMs }) => atMs < endMs);
    this.#unkeptMarks = this.#unkeptMarks.slice(marks.length);
    const file = this.#earlierFiles + this.#nextIndex;
    const rendition = this.#rendition;
    const breaksBefore = this.#breakBefore;
    return this.#keptFile.keep({ rendition, segment, file, breaksBefore, marks });
  }

  /** Adds it to the file of its moment. Called before the segment of that moment is added. */
  mark(marks: readonly RecordingMark[]): void {
    this.#marks.push(...marks);
    this.#unkeptMarks.push(...marks);
  }

  /** The next file doesn't continue the one before it. */
  breakNext(): void {
    this.#breakBefore = this.#nextIndex + this.#earlierFiles > 0;
  }

  /** The first file has this index, because earlier broadcasts made those before it. */
  continueAt(firstIndex: number, breakNext: boolean): void {
    this.#earlierFiles = firstIndex;
    if (breakNext) {
      this.breakNext();
    }
  }

  /** The file that isn't complete, if there is one. */
  flush(): RecordingFile[] {
    const last = this.#segments.at(-1);
    if (last === undefined) {
      return [];
    }
    this.#boundaries.end(this.#nextIndex, last);
    const index = this.#earlierFiles + this.#nextIndex;
    const endMs = last.programDateTimeMs + last.durationMs;
    // A moment on the boundary is the next file's; times are rounded to milliseconds.
    const here = this.#marks.filter(({ atMs }) => atMs < Math.floor(endMs));
    this.#marks = this.#marks.slice(here.length);
    const joined = joinSegments(this.#segments, this.#rendition, index, this.#breakBefore, here);
    const file = { ...joined, pieces: this.#pieces, kept: this.#keptFile };
    this.#segments = [];
    this.#pieces = [];
    this.#keptFile = undefined;
    this.#durationMs = 0;
    this.#nextIndex += 1;
    this.#breakBefore = false;
    return [file];
  }
}
