import { Readable } from "node:stream";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { entityTooLarge, incompleteBody, invalidRequest, missingContentLength } from "../errors.ts";

/** Source: Amazon S3 user guide, "Uploading objects": 5 GiB in a single operation or part. */
export const SINGLE_UPLOAD_BYTES_MAX = 5 * 1024 ** 3;

/**
 * A request's body as a stream that fails rather than ends when it isn't as long as announced.
 * Throws EntityTooLarge, MissingContentLength.
 */
export function readBody(
  body: unknown,
  contentLength: number | undefined,
  context: RequestContext,
): AsyncIterable<Uint8Array> {
  const announced = announcedBytes(contentLength, context);
  if (announced !== undefined && announced > SINGLE_UPLOAD_BYTES_MAX) {
    throw entityTooLarge(announced, SINGLE_UPLOAD_BYTES_MAX);
  }
  if (body === undefined || body === null) return counted([], announced);
  if (typeof body === "string") return counted([Buffer.from(body)], announced);
  if (body instanceof Uint8Array) return counted([body], announced);
  if (body instanceof Readable) return counted(body, announced);
  throw invalidRequest("Body must be a string, bytes or a readable stream.");
}

/** Of the content itself: a body in aws-chunked form is longer than that. */
function announcedBytes(
  contentLength: number | undefined,
  { http }: RequestContext,
): number | undefined {
  if (!http) return contentLength;
  const decoded = http.headers["x-amz-decoded-content-length"];
  if (decoded !== undefined && /^\d{1,15}$/.test(decoded)) return Number(decoded);
  const plain = http.headers["content-length"];
  if (plain === undefined || !/^\d{1,15}$/.test(plain)) throw missingContentLength();
  return Number(plain);
}

async function* counted(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  announced: number | undefined,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of source) {
    const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
    sizeBytes += bytes.byteLength;
    if (sizeBytes > SINGLE_UPLOAD_BYTES_MAX) {
      throw entityTooLarge(sizeBytes, SINGLE_UPLOAD_BYTES_MAX);
    }
    yield bytes;
  }
  if (announced !== undefined && sizeBytes !== announced) throw incompleteBody();
}
