import { AwsError } from "../../../kernel/aws-error.ts";
import type { HttpRequestInfo } from "../../../kernel/http-request.ts";

/** Source: S3's answers to more, with `MaxSizeAllowed`; S3 API, "Error responses". */
const HEADER_SECTION_BYTES_MAX = 8192;
/** A header's line has a colon, a space, CR and LF beside name and value. */
const LINE_BYTES = 4;

/**
 * Throws RequestHeaderSectionTooLarge for a request line and headers that S3 wouldn't read. Session
 * tokens don't count: they are longer than AWS's, as they contain what the session is.
 */
export function checkHeaderSection(http: HttpRequestInfo | undefined): void {
  if (!http) return;
  const token = /(?:^|&)x-amz-security-token=[^&]*/i.exec(http.rawQuery)?.[0] ?? "";
  let sizeBytes = http.method.length + http.rawPath.length + http.rawQuery.length - token.length;
  for (const name in http.headers)
    if (name !== "x-amz-security-token")
      sizeBytes += name.length + (http.headers[name]?.length ?? 0) + LINE_BYTES;
  if (sizeBytes <= HEADER_SECTION_BYTES_MAX) return;
  const message = "Your request header section exceeds the maximum allowed size.";
  throw new AwsError("RequestHeaderSectionTooLarge", message, {
    status: 400,
    fields: { MaxSizeAllowed: String(HEADER_SECTION_BYTES_MAX) },
  });
}
