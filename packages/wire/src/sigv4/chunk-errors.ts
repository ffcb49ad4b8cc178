import { WireError } from "../wire-error.ts";

/** Source: S3 API, "Signature calculations: transferring payload in multiple chunks". */
export const CHUNK_BYTES_MIN = 8 * 1024;

/** The error for a body whose chunks break off, or can't be told apart. */
export function unexpectedEnd(): WireError {
  return new WireError("IncompleteBody", "The request body terminated unexpectedly");
}

/** The error for a body whose chunks are more or less than `x-amz-decoded-content-length`. */
export function otherLength(providedBytes: number, expectedBytes: number): WireError {
  const message =
    "You did not provide the number of bytes specified by the Content-Length HTTP header";
  return new WireError("IncompleteBody", message, 400, {
    NumberBytesExpected: String(expectedBytes),
    NumberBytesProvided: String(providedBytes),
  });
}

/** S3 names the chunk after the small one. */
export function chunkTooSmall(chunk: number, sizeBytes: number): WireError {
  const start = "Only the last chunk is allowed to have a size less than";
  const message = `${start} ${CHUNK_BYTES_MIN} bytes`;
  const fields = { Chunk: String(chunk), BadChunkSize: String(sizeBytes) };
  return new WireError("InvalidChunkSizeError", message, 403, fields);
}

/** The error for trailers that aren't those that `x-amz-trailer` announces. */
export function malformedTrailer(): WireError {
  return new WireError(
    "MalformedTrailerError",
    "The request contained trailing data that was not well-formed " +
      "or did not conform to our published schema.",
  );
}
