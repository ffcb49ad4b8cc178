import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { removeBytes } from "../rows/objects.ts";
import { isLocked, protectedByLock } from "../rows/stored-lock.ts";
import { NULL_VERSION, newVersionId } from "../rows/version-id.ts";
import { archive, deleteVersionRow, selectNewest, selectVersion } from "../rows/versions.ts";
import type { ObjectRow, S3Tables } from "../tables.ts";

interface Place {
  readonly bucket_name: string;
  readonly object_key: string;
}

/**
 * Prepares for a new latest version: the current object joins the older ones, unless it is
 * replaced, as the null version is. Resolves to the new version's id and number. `current`'s own
 * row stays. Throws AccessDenied if the version that would be replaced is locked.
 */
export async function makeRoom(
  place: Place,
  current: ObjectRow | undefined,
  versioning: string | null,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<Pick<ObjectRow, "version_id" | "version_number">> {
  const replace = async (row: ObjectRow) => {
    if (isLocked(row, deps.clock.nowMs())) throw protectedByLock();
    await removeBytes(row, tx, deps);
  };
  if (versioning === null) {
    if (current) await replace(current);
    return { version_id: NULL_VERSION, version_number: 0 };
  }
  const { bucket_name: bucket, object_key: key } = place;
  const newest = current ?? (await selectNewest(bucket, key, tx.db));
  const versionNumber = (newest?.version_number ?? 0) + 1;
  if (versioning === "Enabled") {
    if (current) await archive(current, tx);
    return { version_id: newVersionId(versionNumber, deps.ids), version_number: versionNumber };
  }
  if (current?.version_id === NULL_VERSION) await replace(current);
  else {
    const replaced = await selectVersion(bucket, key, NULL_VERSION, tx.db);
    if (replaced) {
      await replace(replaced);
      await deleteVersionRow(replaced, tx);
    }
    if (current) await archive(current, tx);
  }
  return { version_id: NULL_VERSION, version_number: versionNumber };
}
