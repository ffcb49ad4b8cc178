import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidRequest } from "../errors.ts";

/** What S3 wants to be sure of comes with a digest, which is compared where the body is read. */
export function requireDigest(
  { http }: RequestContext,
  message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
): void {
  if (!http) return;
  const has = Object.keys(http.headers).some(
    (name) =>
      name === "content-md5" || name === "x-amz-trailer" || name.startsWith("x-amz-checksum-"),
  );
  if (!has) throw invalidRequest(message);
}
