import { readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RecordingFileRow, RecordingMedia } from "../port/recording.ts";
import {
  BEFORE_SUFFIX,
  INDEX_SUFFIX,
  MEDIA_SUFFIX,
  readKeptFile,
  readKeptPlace,
  type SegmentToKeep,
} from "./kept-index.ts";
import { filesIn, joinSegments } from "./recording-file.ts";
import { RECORDING_CONTENT_TYPE, recordingFileName } from "./recording-playlists.ts";

/**
 * An object that a recording lacks in the bucket: a file of media, or what its players read before
 * it.
 */
export interface KeptObject {
  /** Relative to the recording's prefix. */
  readonly path: string;
  readonly contentType: string;
  readonly body: readonly Uint8Array[];
  readonly row?: RecordingFileRow;
}

/** Ids of streams are ours; a name that isn't one leads nowhere else. */
const STREAM_ID = /^[\w-]+$/;
/** So are those of recorded files. */
const MEDIA_NAME = /^\d+\.media$/;

/** Segments that dead processes have left of recordings: a folder for each stream. */
export class KeptRecordings {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  folderOf(streamId: string): string {
    if (!STREAM_ID.test(streamId)) {
      throw new Error(`${JSON.stringify(basename(streamId))} isn't a stream's id`);
    }
    return join(this.#folder, streamId);
  }

  /** The place of a recorded file that waits for its host, to whom an engine named it. */
  pathOf(streamId: string, name: string): string {
    if (!MEDIA_NAME.test(name)) {
      throw new Error(`${JSON.stringify(basename(name))} isn't a recorded file's name`);
    }
    return join(this.folderOf(streamId), name);
  }

  /**
   * The objects after those whose rows there are, in the order in which they are to be put; one
   * file's media is in memory at a time.
   */
  async *objects(
    streamId: string,
    rows: readonly RecordingFileRow[],
    { hlsPath, firstNumber }: Pick<RecordingMedia, "hlsPath" | "firstNumber">,
  ): AsyncGenerator<KeptObject> {
    const written = new Set(rows.map(keyOf));
    const inits = new Set<string>();
    const filesBefore = await this.#filesBefore(streamId, rows);
    for (const { rendition, file, index } of await this.#files(streamId, filesBefore)) {
      if (written.has(keyOf({ rendition, index: file }))) {
        continue;
      }
      const media = index.replace(INDEX_SUFFIX, MEDIA_SUFFIX);
      const kept = await readKeptFile(index, media, filesBefore);
      const [first] = kept;
      if (first === undefined) {
        continue;
      }
      const path = (name: string) => `${hlsPath}/${rendition}/${name}`;
      const { row, init } = joinKept(first, kept, written);
      written.add(keyOf(row));
      if (init !== undefined && !inits.has(path(init.name))) {
        inits.add(path(init.name));
        yield { path: path(init.name), ...FRAGMENTED, body: [init.body] };
      }
      const type =
        init === undefined ? { contentType: RECORDING_CONTENT_TYPE.segment } : FRAGMENTED;
      const body = kept.map(({ segment }) => segment.body);
      yield { path: path(recordingFileName(row, firstNumber)), ...type, body, row };
    }
  }

  /** The recording has its end. */
  async forget(streamId: string): Promise<void> {
    await rm(this.folderOf(streamId), { recursive: true, force: true });
  }

  /** Streams of which something is left. */
  async streamIds(): Promise<string[]> {
    return (await entries(this.#folder)).filter((name) => STREAM_ID.test(name));
  }

  /**
   * The files before its own. A process that didn't get so far that it knew them takes all rows for
   * such files, and notes that: later ones come after them.
   */
  async #filesBefore(streamId: string, rows: readonly RecordingFileRow[]): Promise<number> {
    const folder = this.folderOf(streamId);
    const names = await entries(folder);
    const mark = names.find((name) => name.endsWith(BEFORE_SUFFIX));
    if (mark !== undefined) {
      return Number.parseInt(mark, 10);
    }
    const files = filesIn(rows);
    if (names.length > 0) {
      await writeFile(join(folder, files + BEFORE_SUFFIX), "", { mode: 0o600 });
    }
    return files;
  }

  /** The recorded files of a stream, in the order of their numbers. */
  async #files(streamId: string, filesBefore: number): Promise<readonly Place[]> {
    const folder = this.folderOf(streamId);
    const places: Place[] = [];
    for (const name of await entries(folder)) {
      const index = join(folder, name);
      if (!name.endsWith(INDEX_SUFFIX)) {
        continue;
      }
      const place = await readKeptPlace(index, filesBefore);
      if (place !== undefined) {
        places.push({ ...place, index });
      }
    }
    return places.sort((a, b) => a.file - b.file || compare(a.rendition, b.rendition));
  }
}

/** A recorded file that waits. */
interface Place {
  readonly rendition: string;
  readonly file: number;
  /** Path of its index. */
  readonly index: string;
}

const FRAGMENTED = { contentType: RECORDING_CONTENT_TYPE.fragmented };

function joinKept(
  { rendition, file, breaksBefore }: SegmentToKeep,
  kept: readonly SegmentToKeep[],
  written: ReadonlySet<string>,
): ReturnType<typeof joinSegments> {
  const isContinued = file === 0 || written.has(keyOf({ rendition, index: file - 1 }));
  return joinSegments(
    kept.map(({ segment: { body, ...segment } }) => ({ ...segment, length: body.length })),
    rendition,
    file,
    breaksBefore || !isContinued,
    kept.flatMap(({ marks }) => marks),
  );
}

function keyOf({ rendition, index }: Pick<RecordingFileRow, "rendition" | "index">): string {
  return `${rendition}/${index}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Names in a folder that may not be there. */
async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return [];
    }
    throw error;
  }
}
