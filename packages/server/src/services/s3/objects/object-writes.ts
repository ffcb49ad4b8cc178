import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { matchesEtag } from "../entity-tags.ts";
import {
  conditionalRequestConflict,
  headerNotImplemented,
  noSuchKey,
  preconditionFailed,
} from "../errors.ts";
import { assertBucketStays } from "../rows/buckets.ts";
import { insertObjectRow, replaceObjectRow, selectObject } from "../rows/objects.ts";
import type { BucketRow, ObjectRow, S3Tables } from "../tables.ts";
import { makeRoom } from "../versions/make-room.ts";

/** The conditions that a write sets for the object that it replaces. */
export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  /** The object that an upload was to replace when it began, as its row has it. */
  readonly objectAtStart?: string | null;
}

export type NewObject = Omit<
  ObjectRow,
  | "bucket_name"
  | "account_id"
  | "region"
  | "object_id"
  | "modified_ms"
  | "version_id"
  | "version_number"
> & {
  /** Left out: now. */
  readonly modified_ms?: number;
};

/**
 * Throws NotImplemented: writes take one of the conditions, `*` with If-None-Match and only there.
 */
export function checkWriteConditions({ IfMatch, IfNoneMatch }: WriteConditions): void {
  if (IfMatch !== undefined && IfNoneMatch !== undefined)
    throw headerNotImplemented("If-Match,If-None-Match", {
      additionalMessage: "Multiple conditional request headers present in the request",
    });
  const refused = (header: string) =>
    headerNotImplemented(header, {
      additionalMessage: `We don't accept the provided value of ${header} header for this API`,
    });
  if (IfNoneMatch !== undefined && IfNoneMatch !== "*") throw refused("If-None-Match");
  if (IfMatch === "*") throw refused("If-Match");
}

/**
 * Makes `object` the latest version of its key: whoever reads sees the old or the new one, whole.
 * The files of what it replaces are removed after the commit. Throws before the first write.
 */
export async function putObjectRow(
  object: NewObject,
  bucket: BucketRow,
  conditions: WriteConditions,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<ObjectRow> {
  const { versioning } = await assertBucketStays(bucket, tx);
  const { bucket_name: name, account_id, region } = bucket;
  const current = await selectObject(name, object.object_key, tx.db);
  checkReplaced(object.object_key, current, conditions);
  const place = { bucket_name: name, object_key: object.object_key };
  const version = await makeRoom(place, current, versioning, tx, deps);
  // V8 defines members after a spread one by one, slowly.
  const row: ObjectRow = {
    bucket_name: name,
    account_id,
    region,
    object_id: deps.ids.alphanumeric(16),
    modified_ms: deps.clock.nowMs(),
    ...object,
    ...version,
  };
  if (current) await replaceObjectRow(row, tx);
  else await insertObjectRow(row, tx);
  return row;
}

function checkReplaced(
  key: string,
  replaced: ObjectRow | undefined,
  { IfMatch, IfNoneMatch, objectAtStart }: WriteConditions,
): void {
  if (IfNoneMatch !== undefined && replaced) throw preconditionFailed("If-None-Match");
  if (IfMatch !== undefined && !replaced) throw noSuchKey(key);
  if (IfMatch !== undefined && replaced && !matchesEtag(IfMatch, replaced.etag))
    throw preconditionFailed("If-Match");
  if ((IfMatch ?? IfNoneMatch) === undefined || objectAtStart == null) return;
  if (objectAtStart === (replaced?.object_id ?? "")) return;
  throw conditionalRequestConflict(IfMatch === undefined ? "If-None-Match" : "If-Match", key);
}
