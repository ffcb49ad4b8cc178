import { createReadStream, type ReadStream } from "node:fs";

/** Read at once. */
const READ_BYTES = 256 * 1024;

/**
 * A body that lies in a file of the server's own, to which nothing is written any more: a service
 * may take the file in place of a copy, by a link. It comes from inside the process alone.
 */
export class FileBody {
  readonly path: string;
  readonly sizeBytes: number;
  /** The checksum of all its bytes, summed up by their writer. */
  readonly crc32: number;

  constructor(path: string, sizeBytes: number, crc32: number) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.crc32 = crc32;
  }

  /** For readers that need the bytes themselves. */
  read(): ReadStream {
    return createReadStream(this.path, { highWaterMark: READ_BYTES });
  }
}
