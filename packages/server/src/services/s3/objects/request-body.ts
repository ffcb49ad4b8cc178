import { Readable } from "node:stream";
import { FileBody } from "../../../kernel/files/file-body.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { ByteSource } from "../blobs/each-chunk.ts";
import type { SizeCheck } from "../blobs/write-all.ts";
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
  readonly bytes: ByteSource;
  readonly expected: {
    readonly expectedBytes?: number;
    /** Throws EntityTooLarge, and IncompleteBody where the whole isn't as long as announced. */
    readonly checkSize: SizeCheck;
  };
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
  const checkSize: SizeCheck = (sizeBytes, isWhole) => {
    if (sizeBytes > SINGLE_UPLOAD_BYTES_MAX)
      throw entityTooLarge(sizeBytes, SINGLE_UPLOAD_BYTES_MAX);
    if (isWhole && announced !== undefined && sizeBytes !== announced) throw incompleteBody();
  };
  const expected = announced === undefined ? {} : { expectedBytes: announced };
  const given = { bytes: sourceOf(body), expected: { ...expected, checkSize } };
  return body instanceof FileBody && body.sizeBytes === announced
    ? { ...given, file: body }
    : given;
}

function sourceOf(body: unknown): ByteSource {
  if (body === undefined || body === null) return [];
  if (typeof body === "string") return [Buffer.from(body)];
  if (body instanceof Uint8Array) return [body];
  if (body instanceof FileBody) return lazily(body);
  if (body instanceof Readable) return body;
  throw invalidRequest("Body must be a string, bytes or a readable stream.");
}

/** Opens the file when it is read. */
async function* lazily(body: FileBody): AsyncGenerator<Uint8Array> {
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
