import type { StackStatus } from "@aws-sdk/client-cloudformation";
import type { Kysely } from "kysely";
import { statement } from "../../../kernel/statements.ts";
import { isArn, type Place } from "../stack-names.ts";
import type { CloudFormationTables, StackRow, VersionRow } from "../tables.ts";
import { openedParameters, sealedParameters } from "./sealed-columns.ts";

type Db = Kysely<CloudFormationTables>;

/** The stack of an ARN, deleted or not, or the living one of a name. */
export function findStack(text: string, place: Place, db: Db): Promise<StackRow | undefined> {
  const query = db
    .selectFrom("cloudformation_stacks")
    .selectAll()
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region);
  return (
    isArn(text) ? query.where("stack_id", "=", text) : query.where("live_name", "=", text)
  ).executeTakeFirst();
}

export function findStackById(stackId: string, db: Db): Promise<StackRow | undefined> {
  return db
    .selectFrom("cloudformation_stacks")
    .selectAll()
    .where("stack_id", "=", stackId)
    .executeTakeFirst();
}

export async function insertStack(row: StackRow, db: Db): Promise<void> {
  await db.insertInto("cloudformation_stacks").values(row).execute();
}

const update = statement<CloudFormationTables, Partial<StackRow> & Pick<StackRow, "stack_id">>(
  (db, { stack_id, ...change }) =>
    db.updateTable("cloudformation_stacks").set(change).where("stack_id", "=", stack_id),
);

export async function updateStackRow(
  stackId: string,
  change: Partial<StackRow>,
  db: Db,
): Promise<void> {
  await update(db, { ...change, stack_id: stackId });
}

/** Stacks by falling time of creation; `after` has the last page's last one. */
export function listStacks(
  place: Place,
  filter: { readonly statuses?: readonly StackStatus[]; readonly isLive?: boolean },
  after: { readonly ms: number; readonly id: string } | undefined,
  limit: number,
  db: Db,
): Promise<StackRow[]> {
  let query = db
    .selectFrom("cloudformation_stacks")
    .selectAll()
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region);
  if (filter.statuses) query = query.where("status", "in", filter.statuses);
  if (filter.isLive) query = query.where("live_name", "is not", null);
  if (after)
    query = query.where(({ or, and, eb }) =>
      or([
        eb("created_ms", "<", after.ms),
        and([eb("created_ms", "=", after.ms), eb("stack_id", ">", after.id)]),
      ]),
    );
  return query.orderBy("created_ms", "desc").orderBy("stack_id").limit(limit).execute();
}

export async function countLiveStacks(place: Place, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("cloudformation_stacks")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .where("live_name", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function findVersion(
  stackId: string,
  number: number,
  db: Db,
): Promise<VersionRow | undefined> {
  const row = await db
    .selectFrom("cloudformation_versions")
    .selectAll()
    .where("stack_id", "=", stackId)
    .where("number", "=", number)
    .executeTakeFirst();
  return row && openedParameters(row, db);
}

/** The stacks' shown versions, by stack. */
export async function versionsOf(
  stacks: readonly StackRow[],
  db: Db,
): Promise<ReadonlyMap<string, VersionRow>> {
  if (stacks.length === 0) return new Map();
  const rows = await db
    .selectFrom("cloudformation_versions as version")
    .innerJoin("cloudformation_stacks as stack", (join) =>
      join
        .onRef("stack.stack_id", "=", "version.stack_id")
        .onRef("stack.version", "=", "version.number"),
    )
    .selectAll("version")
    .where(
      "version.stack_id",
      "in",
      stacks.map(({ stack_id }) => stack_id),
    )
    .execute();
  return new Map(rows.map((row) => [row.stack_id, openedParameters(row, db)]));
}

/** Adds a version after all that the stack has had, and resolves to its number. */
export async function addVersion(version: Omit<VersionRow, "number">, db: Db): Promise<number> {
  const last = await db
    .selectFrom("cloudformation_versions")
    .select("number")
    .where("stack_id", "=", version.stack_id)
    .orderBy("number", "desc")
    .executeTakeFirst();
  const number = (last?.number ?? 0) + 1;
  await db
    .insertInto("cloudformation_versions")
    .values({ ...sealedParameters(version, db), number })
    .execute();
  return number;
}

/** Removes the versions that nothing goes back to. */
export async function removeVersionsBefore(stackId: string, number: number, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudformation_versions")
    .where("stack_id", "=", stackId)
    .where("number", "<", number)
    .execute();
}
