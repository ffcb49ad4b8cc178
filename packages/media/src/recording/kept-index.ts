import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
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

/** A recorded file's bytes, and beside them a line for each of its segments. */
export const MEDIA_SUFFIX = ".media";
export const INDEX_SUFFIX = ".segments";
/** An empty file beside them: the files that the recording had before, and this. */
export const BEFORE_SUFFIX = ".before";

interface Line extends Omit<Segment, "body" | "init"> {
  readonly rendition: string;
  readonly file: number;
  readonly breaksBefore: boolean;
  /** It was kept before the recording had begun in the bucket: its files are numbered from 0. */
  readonly isEarly?: boolean;
  readonly marks: readonly RecordingMark[];
  /** In the line of the file's first segment; the others have the same. */
  readonly init: { readonly name: string; readonly base64: string } | undefined;
  readonly length: number;
  /** The checksum of the file's bytes up to the segment's end. */
  readonly crc32: number;
}

interface LineFacts {
  readonly isEarly: boolean;
  readonly isFirst: boolean;
  readonly crc32: number;
}

/** The line of a segment; `crc32` is that of its file's bytes up to its end. */
export function indexLine(kept: SegmentToKeep, { isEarly, isFirst, crc32 }: LineFacts): string {
  const { segment, ...place } = kept;
  const { body, init, ...rest } = segment;
  const line: Line = {
    ...{ ...rest, ...place, length: body.length, crc32 },
    ...(isEarly && { isEarly }),
    init:
      isFirst && init !== undefined
        ? { name: init.name, base64: init.body.toString("base64") }
        : undefined,
  };
  return `${JSON.stringify(line)}\n`;
}

/**
 * The segments of one recorded file, up to the first that isn't whole: its process died while it
 * was being written.
 */
export async function readKeptFile(
  index: string,
  media: string,
  filesBefore: number,
): Promise<SegmentToKeep[]> {
  const lines = await readLines(index, filesBefore);
  const bytes = await readFound(media);
  const init = lines[0]?.init && {
    name: lines[0].init.name,
    body: Buffer.from(lines[0].init.base64, "base64"),
  };
  const whole: SegmentToKeep[] = [];
  let offset = 0;
  let sum = 0;
  for (const line of lines) {
    const { rendition, file, breaksBefore, isEarly: _, marks, length, ...segment } = line;
    const { crc32: expected, ...rest } = segment;
    const body = bytes.subarray(offset, offset + length);
    sum = crc32(body, sum);
    if (body.length < length || sum !== expected) {
      break;
    }
    whole.push({ rendition, segment: { ...rest, body, init }, file, breaksBefore, marks });
    offset += length;
  }
  return whole;
}

/** Nothing of a file that isn't there: a power cut may leave its index alone. */
async function readFound(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return Buffer.alloc(0);
    }
    throw error;
  }
}

/** The recorded file that an index is about; undefined where no segment of it has a whole line. */
export async function readKeptPlace(
  index: string,
  filesBefore: number,
): Promise<{ readonly rendition: string; readonly file: number } | undefined> {
  return (await readLines(index, filesBefore))[0];
}

/** The whole lines of an index, up to the first that isn't one. */
async function readLines(index: string, filesBefore: number): Promise<Line[]> {
  const lines: Line[] = [];
  for (const text of (await readFile(index, "utf8")).split("\n")) {
    const line = parseLine(text);
    if (line === undefined) {
      break;
    }
    lines.push(line.isEarly ? placedAfter(line, filesBefore) : line);
  }
  return lines;
}

/** The first file of an early one doesn't continue what an earlier broadcast has left. */
function placedAfter(line: Line, filesBefore: number): Line {
  const breaksBefore = line.breaksBefore || (line.file === 0 && filesBefore > 0);
  return { ...line, file: line.file + filesBefore, breaksBefore };
}

function parseLine(text: string): Line | undefined {
  try {
    const line: Line = JSON.parse(text);
    return line;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
