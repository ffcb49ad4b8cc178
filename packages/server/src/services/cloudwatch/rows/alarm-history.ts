import type { Kysely } from "kysely";
import type { AlarmHistoryRow, AlarmPlace, CloudWatchTables } from "../tables.ts";

type Db = Kysely<CloudWatchTables>;

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
  { account_id, region }: Pick<AlarmPlace, "account_id" | "region">,
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

/** Forgets what is older, and of each account's Region what is beyond `keep`. */
export async function forgetHistory(beforeMs: number, keep: number, db: Db): Promise<void> {
  await db.deleteFrom("cloudwatch_alarm_history").where("at_ms", "<", beforeMs).execute();
  const full = await db
    .selectFrom("cloudwatch_alarm_history")
    .select(["account_id", "region"])
    .groupBy(["account_id", "region"])
    .having((group) => group.fn.countAll<number>(), ">", keep)
    .execute();
  for (const { account_id, region } of full) {
    const first = await db
      .selectFrom("cloudwatch_alarm_history")
      .select("at_ms")
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .orderBy("at_ms", "desc")
      .offset(keep)
      .limit(1)
      .executeTakeFirst();
    if (!first) continue;
    await db
      .deleteFrom("cloudwatch_alarm_history")
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .where("at_ms", "<=", first.at_ms)
      .execute();
  }
}
