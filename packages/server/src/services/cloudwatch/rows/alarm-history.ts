import type { Kysely } from "kysely";
import type { AlarmHistoryRow, AlarmPlace, CloudWatchTables } from "../tables.ts";

type Db = Kysely<CloudWatchTables>;

export type HistoryPlace = Pick<AlarmPlace, "account_id" | "region">;

export interface HistoryFilter {
  readonly name?: string | undefined;
  readonly itemType?: string | undefined;
  readonly types: readonly AlarmHistoryRow["alarm_type"][];
  readonly fromMs: number;
  readonly toMs: number;
  readonly isAscending: boolean;
  /** The end of the page before. */
  readonly after?: { readonly atMs: number; readonly id: string } | undefined;
}

export async function insertHistory(row: AlarmHistoryRow, db: Db): Promise<void> {
  await db.insertInto("cloudwatch_alarm_history").values(row).execute();
}

export function historyOf(
  { account_id, region }: HistoryPlace,
  { name, itemType, types, fromMs, toMs, isAscending, after }: HistoryFilter,
  limit: number,
  db: Db,
): Promise<readonly AlarmHistoryRow[]> {
  const order = isAscending ? "asc" : "desc";
  return db
    .selectFrom("cloudwatch_alarm_history")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("alarm_type", "in", types)
    .where("at_ms", ">=", fromMs)
    .where("at_ms", "<=", toMs)
    .$if(name !== undefined, (query) => query.where("alarm_name", "=", name ?? ""))
    .$if(itemType !== undefined, (query) => query.where("item_type", "=", itemType ?? ""))
    .$if(after !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("at_ms", "id"),
          isAscending ? ">" : "<",
          tuple(after?.atMs ?? 0, after?.id ?? ""),
        ),
      ),
    )
    .orderBy("at_ms", order)
    .orderBy("id", order)
    .limit(limit)
    .execute();
}

/** The next account's Region that has a history. */
export function historyPlaceAfter(
  { account_id, region }: HistoryPlace,
  db: Db,
): Promise<HistoryPlace | undefined> {
  return db
    .selectFrom("cloudwatch_alarm_history")
    .select(["account_id", "region"])
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account_id", "region"), ">", tuple(account_id, region)),
    )
    .orderBy("account_id")
    .orderBy("region")
    .limit(1)
    .executeTakeFirst();
}

/** The time of the newest item beyond the `keep` newest ones. */
export async function newestBeyond(
  keep: number,
  { account_id, region }: HistoryPlace,
  db: Db,
): Promise<number | undefined> {
  const first = await db
    .selectFrom("cloudwatch_alarm_history")
    .select("at_ms")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .orderBy("at_ms", "desc")
    .offset(keep)
    .limit(1)
    .executeTakeFirst();
  return first?.at_ms;
}

export async function forgetHistory(
  { account_id, region }: HistoryPlace,
  untilMs: number,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("cloudwatch_alarm_history")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("at_ms", "<=", untilMs)
    .execute();
}
