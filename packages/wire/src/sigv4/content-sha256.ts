/** Words that `x-amz-content-sha256` holds where no hash of the whole body is known. */
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
const SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
export const SIGNED_CHUNKS_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
export const UNSIGNED_CHUNKS_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

export const CONTENT_SHA256_WORDS: readonly string[] = [
  UNSIGNED_PAYLOAD,
  UNSIGNED_CHUNKS_TRAILER,
  SIGNED_CHUNKS,
  SIGNED_CHUNKS_TRAILER,
];
/** AWS's words for chunks that are signed with version 4A, which isn't implemented. */
const SIGNED_CHUNKS_4A = [
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
];
/** S3's sentence for anything else. */
export const CONTENT_SHA256_EXPECTED = [
  `x-amz-content-sha256 must be ${[...CONTENT_SHA256_WORDS, ...SIGNED_CHUNKS_4A].join(", ")}`,
  "or a valid sha256 value.",
].join(" ");

const HEX_SHA256 = /^[0-9a-fA-F]{64}$/;

export function isContentSha256(value: string): boolean {
  return CONTENT_SHA256_WORDS.includes(value) || HEX_SHA256.test(value);
}

/** Whether the body is framed as `aws-chunked`. */
export function isChunked(value: string | undefined): boolean {
  return value !== undefined && value !== UNSIGNED_PAYLOAD && CONTENT_SHA256_WORDS.includes(value);
}
