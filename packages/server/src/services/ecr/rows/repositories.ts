import type { Kysely } from "kysely";
import type { EcrTables, RepositoryPlace, RepositoryRow } from "../tables.ts";

type Db = Kysely<EcrTables>;

export function findRepository(
  { account_id, region, name }: RepositoryPlace,
  db: Db,
): Promise<RepositoryRow | undefined> {
  return db
    .selectFrom("ecr_repositories")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

/** An account's repositories by their names, beginning after one. */
export function listRepositories(
  { account_id, region }: Omit<RepositoryPlace, "name">,
  after: string,
  limit: number,
  db: Db,
): Promise<readonly RepositoryRow[]> {
  return db
    .selectFrom("ecr_repositories")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", ">", after)
    .orderBy("name")
    .limit(limit)
    .execute();
}

export async function countRepositories(
  { account_id, region }: Omit<RepositoryPlace, "name">,
  db: Db,
): Promise<number> {
  const { count } = await db
    .selectFrom("ecr_repositories")
    .select((one) => one.fn.countAll<number>().as("count"))
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertRepository(row: RepositoryRow, db: Db): Promise<void> {
  await db.insertInto("ecr_repositories").values(row).execute();
}

export async function updateRepository(
  { account_id, region, name }: RepositoryPlace,
  change: Partial<Omit<RepositoryRow, keyof RepositoryPlace | "repository_id">>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("ecr_repositories")
    .set(change)
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .execute();
}

export async function removeRepository(
  { account_id, region, name }: RepositoryPlace,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("ecr_repositories")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .execute();
}
