import type { Kysely } from "kysely";
import type { AlarmKind, AlarmPlace, AlarmRow, CloudWatchTables } from "../tables.ts";

type Db = Kysely<CloudWatchTables>;
type Account = Pick<AlarmPlace, "account_id" | "region">;

export function findAlarm(place: AlarmPlace, db: Db): Promise<AlarmRow | undefined> {
  return db
    .selectFrom("cloudwatch_alarms")
    .selectAll()
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .where("name", "=", place.name)
    .executeTakeFirst();
}

/** The first of an account's alarms after a name, in the order of their names. */
export function alarmsAfter(
  name: string,
  { account_id, region }: Account,
  limit: number,
  db: Db,
): Promise<readonly AlarmRow[]> {
  return db
    .selectFrom("cloudwatch_alarms")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", ">", name)
    .orderBy("name")
    .limit(limit)
    .execute();
}

export function alarmsOfType(
  type: AlarmKind,
  { account_id, region }: Account,
  db: Db,
): Promise<readonly AlarmRow[]> {
  return db
    .selectFrom("cloudwatch_alarms")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("type", "=", type)
    .orderBy("name")
    .execute();
}

/** All alarms of an account's Region. */
export function alarmsIn({ account_id, region }: Account, db: Db): Promise<readonly AlarmRow[]> {
  return db
    .selectFrom("cloudwatch_alarms")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .execute();
}

/** The first of all accounts' alarms after a place. */
export function everyAlarmAfter(
  { account_id, region, name }: AlarmPlace,
  limit: number,
  db: Db,
): Promise<readonly AlarmRow[]> {
  return db
    .selectFrom("cloudwatch_alarms")
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account_id", "region", "name"), ">", tuple(account_id, region, name)),
    )
    .orderBy("account_id")
    .orderBy("region")
    .orderBy("name")
    .limit(limit)
    .execute();
}

export async function countAlarms({ account_id, region }: Account, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("cloudwatch_alarms")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertAlarm(row: AlarmRow, db: Db): Promise<void> {
  await db.insertInto("cloudwatch_alarms").values(row).execute();
}

/** False where there is no such alarm. */
export async function updateAlarm(
  place: AlarmPlace,
  change: Partial<AlarmRow>,
  db: Db,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("cloudwatch_alarms")
    .set(change)
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .where("name", "=", place.name)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Writes an alarm's new state. False where it is no longer as it was before. */
export async function writeState(before: AlarmRow, row: AlarmRow, db: Db): Promise<boolean> {
  const { state_value, state_reason, state_reason_data } = row;
  const { state_updated_ms, state_transitioned_ms } = row;
  const { numUpdatedRows } = await db
    .updateTable("cloudwatch_alarms")
    .set({ state_value, state_reason, state_reason_data, state_updated_ms, state_transitioned_ms })
    .where("account_id", "=", row.account_id)
    .where("region", "=", row.region)
    .where("name", "=", row.name)
    .where("state_value", "=", before.state_value)
    .where("state_updated_ms", "=", before.state_updated_ms)
    .where("configured_ms", "=", before.configured_ms)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteAlarm(place: AlarmPlace, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudwatch_alarms")
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .where("name", "=", place.name)
    .execute();
}
