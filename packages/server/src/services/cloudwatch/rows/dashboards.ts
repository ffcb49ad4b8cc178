import type { Kysely } from "kysely";
import type { CloudWatchTables, DashboardRow } from "../tables.ts";

type Db = Kysely<CloudWatchTables>;

export function findDashboard(
  account: string,
  name: string,
  db: Db,
): Promise<DashboardRow | undefined> {
  return db
    .selectFrom("cloudwatch_dashboards")
    .selectAll()
    .where("account_id", "=", account)
    .where("name", "=", name)
    .executeTakeFirst();
}

export async function countDashboards(account: string, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("cloudwatch_dashboards")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_id", "=", account)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The first of an account's dashboards after a name. */
export function dashboardsAfter(
  name: string,
  account: string,
  limit: number,
  db: Db,
): Promise<readonly DashboardRow[]> {
  return db
    .selectFrom("cloudwatch_dashboards")
    .selectAll()
    .where("account_id", "=", account)
    .where("name", ">", name)
    .orderBy("name")
    .limit(limit)
    .execute();
}

/** Writes a dashboard; one that is there keeps its tags. */
export async function writeDashboard(row: DashboardRow, db: Db): Promise<void> {
  const { body, modified_ms } = row;
  await db
    .insertInto("cloudwatch_dashboards")
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(["account_id", "name"]).doUpdateSet({ body, modified_ms }),
    )
    .execute();
}

/** False where there is no such dashboard. */
export async function writeDashboardTags(
  account: string,
  name: string,
  tags: string,
  db: Db,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("cloudwatch_dashboards")
    .set({ tags })
    .where("account_id", "=", account)
    .where("name", "=", name)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteDashboard(account: string, name: string, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudwatch_dashboards")
    .where("account_id", "=", account)
    .where("name", "=", name)
    .execute();
}
