import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { inBackground } from "../../../../kernel/work/in-background.ts";
import { invalidArchive } from "./refusals.ts";

/** Files of all sources together: they and their names are in memory. */
export const FILES_MAX = 100_000;
/** Source: Lambda quotas, ephemeral storage, into which the CDK's function extracts. */
export const FILES_BYTES_MAX = 10 * 1024 ** 3;
/** Names, comments and other facts of an archive's files are in memory. */
export const FACTS_BYTES_MAX = 64 * 1024 ** 2;
/** A directory is read in pieces of this size. */
const AHEAD_BYTES = 256 * 1024;

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
  const reader = new RangeReader(read, sizeBytes);
  try {
    const options = { autoClose: false, strictFileNames: true };
    return await filesIn(await fromRandomAccessReaderPromise(reader, sizeBytes, options));
  } catch (error) {
    throw invalidArchive(error);
  } finally {
    reader.readNoFurtherAhead();
  }
}

async function filesIn(zip: ZipFile): Promise<readonly ArchivedFile[]> {
  if (zip.entryCount > FILES_MAX) throw new Error(`it has more than ${FILES_MAX} files`);
  const files: ArchivedFile[] = [];
  let totalBytes = 0;
  let factsBytes = 0;
  for await (const entry of zip.eachEntry()) {
    factsBytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (factsBytes > FACTS_BYTES_MAX)
      throw new Error(`its directory has more than ${FACTS_BYTES_MAX} bytes`);
    if (entry.fileName.endsWith("/")) continue;
    refuseUnusual(entry);
    totalBytes += entry.uncompressedSize;
    if (totalBytes > FILES_BYTES_MAX)
      throw new Error(`its files have more than ${FILES_BYTES_MAX} bytes`);
    files.push({
      path: entry.fileName,
      sizeBytes: entry.uncompressedSize,
      open: () => contentsOf(entry, zip),
    });
  }
  return files;
}

const SYMBOLIC_LINK = 0o120000;
const KIND = 0o170000;

function refuseUnusual(entry: Entry): void {
  const { fileName, externalFileAttributes } = entry;
  // Names with empty or dotted parts would be other files once they were extracted.
  if (fileName.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw new Error(`invalid file name: ${fileName}`);
  if (!entry.canDecodeFileData()) throw new Error(`it can't be decoded: ${fileName}`);
  if (((externalFileAttributes >>> 16) & KIND) === SYMBOLIC_LINK)
    throw new Error(`it has a symbolic link: ${fileName}`);
}

/** A file's bytes, which end with an error where they aren't those that were archived. */
async function contentsOf(entry: Entry, zip: ZipFile): Promise<Readable> {
  const bytes = await zip.openReadStreamPromise(entry);
  let sum = 0;
  const checked = new Transform({
    transform(chunk, _encoding, callback) {
      sum = crc32(chunk, sum);
      callback(null, chunk);
    },
    flush(callback) {
      const isSame = sum === entry.crc32;
      callback(isSame ? null : new Error(`its bytes are damaged: ${entry.fileName}`));
    },
  });
  // The reader of `checked` gets the error.
  pipeline(bytes, checked).catch(() => {});
  return checked;
}

interface Piece {
  readonly start: number;
  readonly bytes: Buffer;
}

/** Reads an archive piece by piece: it is never in memory as a whole. */
class RangeReader extends RandomAccessReader {
  readonly #read: ReadRange;
  readonly #sizeBytes: number;
  /** The last piece; undefined once the directory has been read. */
  #ahead: Piece | undefined = { start: 0, bytes: Buffer.alloc(0) };

  constructor(read: ReadRange, sizeBytes: number) {
    super();
    this.#read = read;
    this.#sizeBytes = sizeBytes;
  }

  /** Files' own bytes are read by several at once, anywhere. */
  readNoFurtherAhead(): void {
    this.#ahead = undefined;
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
    inBackground(
      this.#bytesAt(position, length).then((bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      }, callback),
    );
  }

  async #bytesAt(start: number, length: number): Promise<Buffer> {
    const end = start + length;
    if (end > this.#sizeBytes) throw new Error("it is cut off");
    const { start: from, bytes } = this.#ahead ?? { start: 0, bytes: Buffer.alloc(0) };
    if (start >= from && end <= from + bytes.length)
      return bytes.subarray(start - from, end - from);
    if (!this.#ahead) return this.#fetch(start, end);
    const further = Math.min(Math.max(end, start + AHEAD_BYTES), this.#sizeBytes);
    const fetched = await this.#fetch(start, further);
    this.#ahead = { start, bytes: fetched };
    return fetched.subarray(0, length);
  }

  async #fetch(start: number, end: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.#read(start, end)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
}
