import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from "yauzl";
import { invalidArchive } from "./refusals.ts";

/** Files of all sources together: they and their names are in memory. */
export const FILES_MAX = 100_000;
/** Source: Lambda quotas, ephemeral storage, into which the CDK's function extracts. */
export const FILES_BYTES_MAX = 10 * 1024 ** 3;
/** Directories are read at once. */
const DIRECTORY_BYTES_MAX = 64 * 1024 ** 2;

/** A part of the archive's bytes; `end` is the first byte after it. */
export type ReadRange = (start: number, end: number) => Promise<Readable>;

/** A file of an archive. Its name has no `..`, isn't absolute, and has no backslash. */
export interface ArchivedFile {
  readonly path: string;
  readonly sizeBytes: number;
  open(): Promise<Readable>;
}

/** The files of a zip archive, read where they are. Throws ResourceError for what isn't one. */
export async function filesOf(
  read: ReadRange,
  sizeBytes: number,
): Promise<readonly ArchivedFile[]> {
  const options = { autoClose: false, strictFileNames: true };
  const files: ArchivedFile[] = [];
  let total = 0;
  try {
    const zip = await fromRandomAccessReaderPromise(new RangeReader(read), sizeBytes, options);
    if (zip.entryCount > FILES_MAX) throw new Error(`it has more than ${FILES_MAX} files`);
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith("/")) continue;
      if (!isPlainPath(entry.fileName)) throw new Error(`invalid file name: ${entry.fileName}`);
      refuseOthers(entry);
      total += entry.uncompressedSize;
      if (total > FILES_BYTES_MAX)
        throw new Error(`its files have more than ${FILES_BYTES_MAX} bytes`);
      files.push({
        path: entry.fileName,
        sizeBytes: entry.uncompressedSize,
        open: () => zip.openReadStreamPromise(entry),
      });
    }
  } catch (error) {
    throw invalidArchive(error);
  }
  return files;
}

/** Names with empty or dotted parts would be other files once they were extracted. */
function isPlainPath(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

const SYMBOLIC_LINK = 0o120000;
const KIND = 0o170000;

function refuseOthers(entry: Entry): void {
  if (!entry.canDecodeFileData()) throw new Error(`it can't be decoded: ${entry.fileName}`);
  if (((entry.externalFileAttributes >>> 16) & KIND) === SYMBOLIC_LINK)
    throw new Error(`it has a symbolic link: ${entry.fileName}`);
}

/** Reads an archive piece by piece: only its directory is ever in memory as a whole. */
class RangeReader extends RandomAccessReader {
  readonly #read: ReadRange;

  constructor(read: ReadRange) {
    super();
    this.#read = read;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const out = new PassThrough();
    this.#read(start, end)
      .then((bytes) => pipeline(bytes, out))
      .catch((error: unknown) => out.destroy(error as Error));
    return out;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    if (length > DIRECTORY_BYTES_MAX) callback(new Error("its directory is too long"));
    else super.read(buffer, offset, length, position, callback);
  }
}
