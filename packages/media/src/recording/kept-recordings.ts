import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RecordingFileRow } from "../port/recording.ts";
import type { SegmentToKeep } from "./kept-segment.ts";
import { KEPT_FILE_SUFFIX, readKeptSegment } from "./kept-segment.ts";
import { joinSegments, type RecordingFile } from "./recording-file.ts";
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

  /**
   * The objects after those whose rows there are, in the order in which they are to be put; one
   * file's media is in memory at a time.
   */
  async *objects(
    streamId: string,
    rows: readonly RecordingFileRow[],
    hlsPath: string,
  ): AsyncGenerator<KeptObject> {
    const written = new Set(rows.map(keyOf));
    const inits = new Set<string>();
    for (const places of await this.#files(streamId)) {
      const kept = await segmentsAt(places);
      const [first] = kept;
      if (!first || written.has(keyOf({ rendition: first.rendition, index: first.file }))) {
        continue;
      }
      const path = (name: string) => `${hlsPath}/${first.rendition}/${name}`;
      const { row, init, body } = joinKept(first, kept, written);
      written.add(keyOf(row));
      if (init !== undefined && !inits.has(path(init.name))) {
        inits.add(path(init.name));
        yield { path: path(init.name), ...FRAGMENTED, body: [init.body] };
      }
      const type =
        init === undefined ? { contentType: RECORDING_CONTENT_TYPE.segment } : FRAGMENTED;
      yield { path: path(recordingFileName(row)), ...type, body, row };
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

  /** The segments of each recorded file, in order; the files in the order of their numbers. */
  async #files(streamId: string): Promise<readonly (readonly Place[])[]> {
    const folder = this.folderOf(streamId);
    const files = new Map<string, Place[]>();
    for (const name of await entries(folder)) {
      if (!name.endsWith(KEPT_FILE_SUFFIX)) {
        continue;
      }
      const path = join(folder, name);
      const kept = await readKeptSegment(path);
      if (kept !== undefined) {
        const { rendition, file, segment } = kept;
        const key = keyOf({ rendition, index: file });
        const place = { path, rendition, file, ordinal: segment.index };
        files.set(key, [...(files.get(key) ?? []), place]);
      }
    }
    const sorted = [...files.values()].sort(
      ([a], [b]) => (a?.file ?? 0) - (b?.file ?? 0) || compare(a?.rendition, b?.rendition),
    );
    return sorted.map((places) => places.sort((a, b) => a.ordinal - b.ordinal));
  }
}

/** A segment that waits. */
interface Place {
  readonly path: string;
  readonly rendition: string;
  readonly file: number;
  readonly ordinal: number;
}

async function segmentsAt(places: readonly Place[]): Promise<SegmentToKeep[]> {
  const kept: SegmentToKeep[] = [];
  for (const { path } of places) {
    const segment = await readKeptSegment(path);
    if (segment !== undefined) {
      kept.push(segment);
    }
  }
  return kept;
}

const FRAGMENTED = { contentType: RECORDING_CONTENT_TYPE.fragmented };

/** One file of a rendition, up to the first segment that is missing. */
function joinKept(
  { rendition, file, breaksBefore, segment: { index: first } }: SegmentToKeep,
  kept: readonly SegmentToKeep[],
  written: ReadonlySet<string>,
): RecordingFile {
  const whole = kept.filter(({ segment }, position) => segment.index === first + position);
  const isContinued = file === 0 || written.has(keyOf({ rendition, index: file - 1 }));
  return joinSegments(
    whole.map(({ segment }) => segment),
    rendition,
    file,
    breaksBefore || !isContinued,
    whole.flatMap(({ marks }) => marks),
  );
}

function keyOf({ rendition, index }: Pick<RecordingFileRow, "rendition" | "index">): string {
  return `${rendition}/${index}`;
}

function compare(a = "", b = ""): number {
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
