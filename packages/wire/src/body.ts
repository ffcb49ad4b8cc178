import { finished, type Readable } from "node:stream";
import { type ParsedForm, parseQuery } from "./query.ts";
import { WireError } from "./wire-error.ts";

/**
 * Reads a body that will be parsed. Throws WireError `RequestEntityTooLarge` (413) past the limit;
 * the stream isn't destroyed then, since the connection below it still has to carry the answer.
 * What `onBytes` throws when it hears of a chunk refuses the body likewise.
 */
export function collectBody(
  body: Readable,
  maxBytes: number,
  onBytes?: (sizeBytes: number) => void,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer | string) => {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      sizeBytes += bytes.length;
      try {
        if (sizeBytes > maxBytes) throw bodyTooLarge();
        onBytes?.(bytes.length);
      } catch (error) {
        body.off("data", take).pause();
        chunks.length = 0;
        return reject(error);
      }
      chunks.push(bytes);
    };
    // Not an iterator, which costs several times as much for a body of one chunk.
    finished(body, { writable: false }, (error) => {
      if (error) return reject(error);
      const [only] = chunks;
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks, sizeBytes));
    });
    body.on("data", take);
  });
}

export function bodyTooLarge(): WireError {
  return new WireError("RequestEntityTooLarge", "The request body is too large.", 413);
}

/** Reads and parses an `application/x-www-form-urlencoded` body. */
export async function readForm(body: Readable, maxBytes: number): Promise<ParsedForm> {
  return parseQuery((await collectBody(body, maxBytes)).toString("utf8"));
}
