import { bucketFromHost } from "@rolecast/wire";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requireRestoredSource } from "../archive/archived-objects.ts";
import { keyToRead, type SourceKeyInput, sourceKey } from "../encryption/customer-key.ts";
import { keyOfObject } from "../encryption/object-encryption.ts";
import { invalidArgument, invalidRequest, notImplemented } from "../errors.ts";
import { type BucketInput, requireBucketAnywhere } from "../rows/buckets.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { findVersion, isObject, type ObjectInput, requireObject } from "../rows/objects.ts";
import { checkVersionId } from "../rows/version-id.ts";
import { S3_HOSTS } from "../s3-hosts.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { checkCopySourceConditions } from "./preconditions.ts";

const HEADER = "x-amz-copy-source";

/** The members by which CopyObject and UploadPartCopy name their source. */
export interface CopySourceInput extends SourceKeyInput {
  readonly CopySource: string;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

export interface CopySource extends ObjectInput {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Reads `x-amz-copy-source`: `bucket/key` or the object's URL, percent-encoded, and perhaps
 * `?versionId=`. Throws InvalidArgument.
 */
export function parseCopySource(header: string): CopySource {
  if (header.startsWith("arn:")) throw notImplemented("x-amz-copy-source with an access point");
  const text = withoutHost(header);
  const question = text.indexOf("?versionId=");
  const path = question < 0 ? text : text.slice(0, question);
  const versionId = question < 0 ? undefined : text.slice(question + "?versionId=".length);
  checkVersionId(versionId);
  const decoded = decode(path);
  const from = decoded?.startsWith("/") ? 1 : 0;
  const slash = decoded?.indexOf("/", from) ?? -1;
  if (decoded === undefined || slash <= from || slash === decoded.length - 1) {
    // S3 repeats the header's name and not its value.
    throw invalidArgument("Invalid copy source object key", HEADER, HEADER);
  }
  return {
    Bucket: decoded.slice(from, slash),
    Key: decoded.slice(slash + 1),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
}

/** The path of a URL, with the bucket that its host may name; other texts as they are. */
function withoutHost(text: string): string {
  const [, host, path = ""] = /^https?:\/\/([^/?]*)(.*)$/is.exec(text) ?? [];
  if (host === undefined) return text;
  const bucket = bucketFromHost(host, S3_HOSTS);
  return bucket === undefined ? path : `/${bucket}${path}`;
}

/** The source's bucket, which may be in any Region. */
export function requireSourceBucket(
  input: CopySourceInput,
  context: RequestContext,
): Promise<BucketRow> {
  const { Bucket } = parseCopySource(input.CopySource);
  const named: BucketInput = { Bucket, ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
  return requireBucketAnywhere(named, context);
}

/**
 * The source object, with its conditions checked. Throws NoSuchKey, NoSuchVersion,
 * PreconditionFailed.
 */
export async function requireSource(
  input: CopySourceInput,
  context: RequestContext,
): Promise<ObjectRow> {
  const source = parseCopySource(input.CopySource);
  const found = await findVersion(source, context);
  if (source.VersionId !== undefined && found && !isObject(found)) {
    throw invalidRequest(
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    );
  }
  const row = await requireObject(source, context);
  checkSource(input, row, context);
  return row;
}

/** The key that the source's bytes are encrypted with. */
export function keyOfSource(
  input: CopySourceInput,
  row: ObjectRow,
  context: RequestContext,
): Buffer | undefined | Promise<Buffer> {
  return keyOfObject(sourceKey(input), readAttributesOf(row), row, context);
}

/** For the row that is really copied, which may be a newer one. */
export function checkSource(
  input: CopySourceInput,
  row: ObjectRow,
  { nowMs }: Pick<RequestContext, "nowMs">,
): void {
  keyToRead(sourceKey(input), readAttributesOf(row).customerKey);
  requireRestoredSource(row, nowMs);
  checkCopySourceConditions(
    {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    { etag: row.etag, modifiedMs: row.modified_ms },
    nowMs,
  );
}

function decode(path: string): string | undefined {
  try {
    // Clients that encode as forms do write a space so; a plus sign comes as %2B.
    return decodeURIComponent(path.replaceAll("+", " "));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
