import { Readable } from "node:stream";
import { FileBody } from "../../../kernel/files/file-body.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  entityTooLarge,
  headerNotImplemented,
  incompleteBody,
  invalidRequest,
  missingContentLength,
} from "../errors.ts";

/** Source: Amazon S3 user guide, "Uploading objects": 5 GiB in a single operation or part. */
export const SINGLE_UPLOAD_BYTES_MAX = 5 * 1024 ** 3;

export interface RequestBody {
  /** Fails rather than ends when it isn't as long as announced. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly expected: { readonly expectedBytes?: number };
  /** A file with just these bytes, which may become the object's. */
  readonly file?: FileBody;
}

/** Throws EntityTooLarge, MissingContentLength, NotImplemented. */
export function readBody(
  body: unknown,
  contentLength: number | undefined,
  context: RequestContext,
): RequestBody {
  const announced = announcedBytes(contentLength, context);
  if (announced !== undefined && announced > SINGLE_UPLOAD_BYTES_MAX) {
    throw entityTooLarge(announced, SINGLE_UPLOAD_BYTES_MAX);
  }
  const expected = announced === undefined ? {} : { expectedBytes: announced };
  const bytes = counted(sourceOf(body), announced);
  if (body instanceof FileBody && body.sizeBytes === announced)
    return { bytes, expected, file: body };
  return { bytes, expected };
}

function sourceOf(body: unknown): AsyncIterable<unknown> | Iterable<unknown> {
  if (body === undefined || body === null) return [];
  if (typeof body === "string") return [Buffer.from(body)];
  if (body instanceof Uint8Array) return [body];
  if (body instanceof FileBody) return lazily(body);
  if (body instanceof Readable) return body;
  throw invalidRequest("Body must be a string, bytes or a readable stream.");
}

/** Opens the file when it is read. */
async function* lazily(body: FileBody): AsyncGenerator<unknown> {
  yield* body.read();
}

/** The length of the content itself: a body in aws-chunked form is longer than that. */
function announcedBytes(
  contentLength: number | undefined,
  { http }: RequestContext,
): number | undefined {
  if (!http) return contentLength;
  const decoded = http.headers["x-amz-decoded-content-length"];
  if (decoded !== undefined && /^\d{1,15}$/.test(decoded)) return Number(decoded);
  // S3 takes HTTP's own chunks only around aws-chunked, whose decoded length is known.
  if (http.headers["transfer-encoding"] !== undefined)
    throw headerNotImplemented("Transfer-Encoding");
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
