import type { RequestContext } from "../../kernel/request-context.ts";
import { invalidArgument, notImplemented } from "./errors.ts";
import { type BucketInput, requireBucketAnywhere } from "./find-bucket.ts";
import { requireObject } from "./find-object.ts";
import { checkVersionId } from "./object-attributes.ts";
import { checkCopySourceConditions } from "./preconditions.ts";
import type { BucketRow, ObjectRow } from "./tables.ts";

/** What CopyObject and UploadPartCopy say of their source. */
export interface CopySourceInput {
  readonly CopySource?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly CopySourceSSECustomerAlgorithm?: string | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
}

/** Reads `x-amz-copy-source`: `bucket/key`, percent-encoded. Throws InvalidArgument. */
export function parseCopySource(header: string | undefined): CopySource {
  const text = header ?? "";
  if (text.startsWith("arn:")) throw notImplemented("x-amz-copy-source with an access point");
  const question = text.indexOf("?versionId=");
  const path = question < 0 ? text : text.slice(0, question);
  if (question >= 0) checkVersionId(text.slice(question + "?versionId=".length));
  const decoded = decode(path);
  const from = decoded?.startsWith("/") ? 1 : 0;
  const slash = decoded?.indexOf("/", from) ?? -1;
  if (decoded === undefined || slash <= from || slash === decoded.length - 1) {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      text,
    );
  }
  return { bucket: decoded.slice(from, slash), key: decoded.slice(slash + 1) };
}

/** The source's bucket, which may be in any Region. */
export function requireSourceBucket(
  input: CopySourceInput,
  context: RequestContext,
): Promise<BucketRow> {
  const { bucket: Bucket } = parseCopySource(input.CopySource);
  const named: BucketInput = { Bucket, ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
  return requireBucketAnywhere(named, context);
}

/** The source object, with its conditions checked. Throws NoSuchKey, PreconditionFailed. */
export async function requireSource(
  input: CopySourceInput,
  context: RequestContext,
): Promise<ObjectRow> {
  if (input.CopySourceSSECustomerAlgorithm !== undefined) {
    throw notImplemented("x-amz-copy-source-server-side-encryption-customer-algorithm");
  }
  const { bucket, key } = parseCopySource(input.CopySource);
  const row = await requireObject(bucket, key, context);
  checkSource(input, row);
  return row;
}

/** For the row that is really copied, which may be a newer one. */
export function checkSource(input: CopySourceInput, row: ObjectRow): void {
  checkCopySourceConditions(
    {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    { etag: row.etag, modifiedMs: row.modified_ms },
  );
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
