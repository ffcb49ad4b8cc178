import type { Readable } from "node:stream";
import { type ParsedForm, parseQuery } from "./query.ts";
import { WireError } from "./wire-error.ts";

/**
 * Reads a body that will be parsed. Throws WireError `RequestEntityTooLarge` (413) past the limit;
 * the stream isn't destroyed then, since the connection below it still has to carry the answer.
 */
export async function collectBody(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > maxBytes) {
      throw new WireError("RequestEntityTooLarge", "The request body is too large.", 413);
    }
    chunks.push(bytes);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, sizeBytes);
}

/** Reads and parses an `application/x-www-form-urlencoded` body. */
export async function readForm(body: Readable, maxBytes: number): Promise<ParsedForm> {
  return parseQuery((await collectBody(body, maxBytes)).toString("utf8"));
}
