import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { findObject, type ObjectInput, type VersionInput } from "../rows/objects.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { onBucket, onObject } from "./authorization.ts";
import { existingTagKeys } from "./tag-keys.ts";

/**
 * The permissions that reading an object needs. Whoever may list the bucket, or what begins with
 * the key, learns that an object is missing (S3 API, GetObject, "Permissions"); everybody else is
 * denied.
 */
export async function readAuthorizations(
  actions: readonly string[],
  bucket: BucketRow,
  input: ObjectInput,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const row = await findObject(input, context);
  const keys = existingTagKeys(row?.tags);
  const reads = actions.map((action) => onVersion(action, bucket, input, context, keys, row));
  return row
    ? reads
    : [...reads, onBucket("ListBucket", bucket, context, { "s3:prefix": input.Key })];
}

/**
 * An action that has its own form for versions, as `GetObjectVersion`, takes it for a named
 * version.
 */
export function onVersion(
  action: string,
  bucket: BucketRow,
  { Key: key, VersionId: versionId }: VersionInput,
  context: RequestContext,
  keys: ContextEntries = {},
  object?: Pick<ObjectRow, "acl">,
): Authorization {
  if (versionId === undefined) return onObject(action, bucket, key, context, keys, object);
  const ofVersion = action.replace("Object", "ObjectVersion");
  const ofThat = { ...keys, "s3:versionid": versionId };
  return onObject(ofVersion, bucket, key, context, ofThat, object);
}
