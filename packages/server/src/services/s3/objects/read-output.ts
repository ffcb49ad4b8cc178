import type * as s3 from "@aws-sdk/client-s3";
import { headerValue } from "@rolecast/wire";
import type { Checked } from "../../../kernel/checked.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { isPermitted } from "../access/is-permitted.ts";
import { onVersion } from "../access/read-authorization.ts";
import { existingTagKeys } from "../access/tag-keys.ts";
import { restoreHeader } from "../archive/archived-objects.ts";
import { checksumOutput, readChecksum } from "../checksums/object-checksum.ts";
import { shownEncryption } from "../encryption/object-encryption.ts";
import { invalidArgument, invalidRequest } from "../errors.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { readTags } from "../rows/tag-set.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { attributesOutput } from "./object-attributes.ts";
import type { ReadRange } from "./read-range.ts";

/* What GetObject and HeadObject answer beside the bytes. */

export type ReadInput = Checked<s3.GetObjectCommandInput | s3.HeadObjectCommandInput>;

/** Everything of an answer but the body; the status of a part of the object is 206. */
export function readOutput(
  row: ObjectRow,
  range: ReadRange | undefined,
  input: ReadInput,
  context: RequestContext,
) {
  // An empty part has no first byte and no last one, which a partial answer would have to name.
  const isPartial = range !== undefined && range.end >= range.start;
  if (isPartial) context.response.status = 206;
  const { PartNumber, ChecksumMode } = input;
  const attributes = readAttributesOf(row);
  // The model has a time, S3 the text that came with the object.
  if (attributes.expires !== undefined && input.ResponseExpires === undefined)
    context.response.headers.expires = headerValue(attributes.expires);
  return {
    ...attributesOutput(attributes),
    AcceptRanges: "bytes",
    LastModified: new Date(wholeSeconds(row.modified_ms)),
    ContentLength: range ? range.end - range.start + 1 : row.size_bytes,
    ETag: `"${row.etag}"`,
    ...shownEncryption(input, attributes),
    ...restoreHeader(row, context.nowMs),
    ...(isPartial ? { ContentRange: `bytes ${range.start}-${range.end}/${row.size_bytes}` } : {}),
    ...(row.storage_class === "STANDARD"
      ? {}
      : { StorageClass: row.storage_class as s3.StorageClass }),
    ...(PartNumber !== undefined && row.parts_count !== null
      ? { PartsCount: row.parts_count }
      : {}),
    ...(ChecksumMode?.toUpperCase() === "ENABLED"
      ? checksumOutput(range ? range.checksum : readChecksum(row.checksum))
      : {}),
  };
}

/** For who may read the tags themselves (S3 API, GetObject, `x-amz-tagging-count`). */
export async function shownTagCount(
  row: ObjectRow,
  bucket: BucketRow,
  input: ReadInput,
  context: RequestContext,
) {
  const TagCount = Object.keys(readTags(row.tags)).length;
  if (TagCount === 0) return {};
  const keys = existingTagKeys(row.tags);
  const reading = onVersion("GetObjectTagging", bucket, input, context, keys, row);
  return (await isPermitted(reading, context)) ? { TagCount } : {};
}

/** `response-*` query members stand in for stored headers, for signed requests only. */
export function responseOverrides(input: ReadInput, context: RequestContext) {
  const overrides = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    Expires: input.ResponseExpires,
  };
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  if (given.length > 0 && context.caller.principal.kind === "anonymous") {
    throw invalidRequest(
      "Request specific response headers cannot be used for anonymous GET requests.",
    );
  }
  for (const [name, value] of given) {
    if (typeof value !== "string" || /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    const member = `response${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw invalidArgument("Header value cannot be represented using ISO-8859-1.", member, value);
  }
  return Object.fromEntries(given) as Partial<typeof overrides>;
}
