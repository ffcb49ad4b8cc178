import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { bodyTooLarge } from "./body.ts";
import type { WireRequest } from "./message.ts";
import { WireError } from "./wire-error.ts";

const unpack = promisify(gunzip);

/**
 * Whether `unpackBody` is needed. Source: Smithy, "requestCompression trait", whose one algorithm
 * is gzip.
 */
export function isPacked({ headers }: Pick<WireRequest, "headers">): boolean {
  return headers["content-encoding"]?.trim().toLowerCase() === "gzip";
}

/**
 * A body as it was before the client compressed it; signed is what it sends. Rejects with WireError
 * `RequestEntityTooLarge` past `maxBytes`, and with `SerializationException`.
 */
export async function unpackBody(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge();
    throw new WireError("SerializationException", "The request body isn't what gzip makes.");
  }
}
