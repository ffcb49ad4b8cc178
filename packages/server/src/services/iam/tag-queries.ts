import type { Tag } from "@aws-sdk/client-iam";
import type { Kysely } from "kysely";
import { invalidInput, limitExceeded } from "./errors.ts";
import { TAGS_PER_RESOURCE } from "./quotas.ts";
import { required } from "./required.ts";
import type { IamTables, TagRow } from "./tables.ts";

/** Source: IAM User Guide, "Tagging rules": no key begins so, in whatever case. */
const RESERVED_PREFIX = "aws:";

/** A tag as IAM's answers carry it. */
export interface StoredTag {
  readonly Key: string;
  readonly Value: string;
}

export async function tagsOf(db: Kysely<IamTables>, ownerId: string): Promise<StoredTag[]> {
  const rows = await db
    .selectFrom("iam_tags")
    .select(["tag_key", "tag_value"])
    .where("owner_id", "=", ownerId)
    .orderBy("tag_key_fold")
    .execute();
  return rows.map((row) => ({ Key: row.tag_key, Value: row.tag_value }));
}

/** The member `Tags`, which is missing rather than empty. */
export function tagsMember(tags: readonly StoredTag[]): { Tags?: StoredTag[] } {
  return tags.length === 0 ? {} : { Tags: [...tags] };
}

/**
 * Adds tags or replaces the values of those that exist, told apart irrespective of case.
 * @throws InvalidInput for a key that comes twice or is AWS's, LimitExceeded
 */
export async function putTags(
  db: Kysely<IamTables>,
  accountId: string,
  ownerId: string,
  tags: readonly Tag[] | undefined,
): Promise<void> {
  if (tags === undefined || tags.length === 0) return;
  const rows = tags.map((tag): TagRow => {
    const key = required(tag.Key, "tags.member.key");
    return {
      account_id: accountId,
      owner_id: ownerId,
      tag_key_fold: key.toLowerCase(),
      tag_key: key,
      tag_value: required(tag.Value, "tags.member.value"),
    };
  });
  const folds = rows.map((row) => row.tag_key_fold);
  if (new Set(folds).size < folds.length)
    throw invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  if (folds.some((fold) => fold.startsWith(RESERVED_PREFIX)))
    throw invalidInput("aws: prefixed tag key names are not allowed for external use.");
  await removeTags(db, ownerId, folds);
  await db.insertInto("iam_tags").values(rows).execute();
  const { count } = await db
    .selectFrom("iam_tags")
    .select((e) => e.fn.countAll<number>().as("count"))
    .where("owner_id", "=", ownerId)
    .executeTakeFirstOrThrow();
  if (Number(count) > TAGS_PER_RESOURCE)
    throw limitExceeded("The number of tags has reached the maximum limit.");
}

/** Removes tags by key irrespective of case; unknown keys are no error. */
export async function removeTags(
  db: Kysely<IamTables>,
  ownerId: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await db
    .deleteFrom("iam_tags")
    .where("owner_id", "=", ownerId)
    .where(
      "tag_key_fold",
      "in",
      keys.map((key) => key.toLowerCase()),
    )
    .execute();
}

export async function deleteTagsOf(db: Kysely<IamTables>, ownerId: string): Promise<void> {
  await db.deleteFrom("iam_tags").where("owner_id", "=", ownerId).execute();
}
