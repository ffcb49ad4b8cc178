import type { Tag } from "@aws-sdk/client-iam";
import type { Selectable } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import { statement } from "../../../kernel/statements.ts";
import { invalidInput, limitExceeded } from "../errors.ts";
import { TAGS_PER_RESOURCE } from "../quotas.ts";
import type { Db, IamTables, TagRow } from "../tables.ts";

/** Source: IAM User Guide, "Tagging rules": no key begins with it, in any case. */
const RESERVED_PREFIX = "aws:";

const CASE_HINT = " Please note that Tag keys are case insensitive.";

/** A tag as IAM's answers carry it. */
export interface StoredTag {
  readonly Key: string;
  readonly Value: string;
}

const ofOwner = statement<
  IamTables,
  { owner_id: string },
  Pick<Selectable<TagRow>, "tag_key" | "tag_value">
>((db, { owner_id: ownerId }) =>
  db.selectFrom("iam_tags").select(["tag_key", "tag_value"]).where("owner_id", "=", ownerId),
);

export async function tagsOf(db: Db, ownerId: string): Promise<StoredTag[]> {
  const rows = await ofOwner(db, { owner_id: ownerId });
  const order = tagOrder(ownerId);
  return rows
    .map((row) => ({ Key: row.tag_key, Value: row.tag_value }))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** Users and roles, by the prefixes of their unique ids. */
const FOLDING_OWNER = /^(?:AIDA|AROA)/;

/**
 * The form in which keys are compared: users' and roles' in lower case, all others' as written.
 * Source: IAM User Guide, "Tagging IAM resources", "Case sensitivity".
 */
function foldOf(ownerId: string, key: string): string {
  return FOLDING_OWNER.test(ownerId) ? key.toLowerCase() : key;
}

/** The order of an owner's tags: AWS lists those of managed policies with short keys first. */
export function tagOrder(ownerId: string): (tag: StoredTag) => string {
  if (FOLDING_OWNER.test(ownerId)) return ({ Key }) => Key.toLowerCase();
  return ({ Key }) => `${String(Key.length).padStart(3, "0")}${Key}`;
}

/**
 * Adds tags or replaces the values of those that exist.
 * @throws InvalidInput for a key that comes twice or is AWS's, LimitExceeded
 */
export async function putTags(
  db: Db,
  accountId: string,
  ownerId: string,
  tags: readonly Checked<Tag>[] | undefined,
): Promise<void> {
  if (tags === undefined || tags.length === 0) return;
  const rows = tags.map((tag): TagRow => {
    const { Key: key, Value: value } = tag;
    return {
      account_id: accountId,
      owner_id: ownerId,
      tag_key_fold: foldOf(ownerId, key),
      tag_key: key,
      tag_value: value,
    };
  });
  if (rows.some((row) => row.tag_key.toLowerCase().startsWith(RESERVED_PREFIX)))
    throw invalidInput("Tag keys beginning with aws: are reserved for system use.");
  const folds = rows.map((row) => row.tag_key_fold);
  if (new Set(folds).size < folds.length)
    throw invalidInput(`Duplicate tag keys found.${FOLDING_OWNER.test(ownerId) ? CASE_HINT : ""}`);
  await removeTags(
    db,
    ownerId,
    rows.map((row) => row.tag_key),
  );
  await db.insertInto("iam_tags").values(rows).execute();
  const { count } = await db
    .selectFrom("iam_tags")
    .select((e) => e.fn.countAll<number>().as("count"))
    .where("owner_id", "=", ownerId)
    .executeTakeFirstOrThrow();
  if (Number(count) > TAGS_PER_RESOURCE)
    throw limitExceeded("The number of tags has reached the maximum limit.");
}

/** Removes tags by key; unknown keys are no error. */
export async function removeTags(db: Db, ownerId: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await db
    .deleteFrom("iam_tags")
    .where("owner_id", "=", ownerId)
    .where(
      "tag_key_fold",
      "in",
      keys.map((key) => foldOf(ownerId, key)),
    )
    .execute();
}

export async function deleteTagsOf(db: Db, ownerId: string): Promise<void> {
  await db.deleteFrom("iam_tags").where("owner_id", "=", ownerId).execute();
}
