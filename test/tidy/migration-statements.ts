import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector } from "kysely";
import type pg from "pg";
import type { Migration, Tables } from "../../packages/server/src/kernel/store.ts";
import { postgresDialect } from "../../packages/server/src/storage/postgres/postgres-driver.ts";

/** The statements of a migration, as PostgreSQL would get them; queries find no rows. */
export async function statementsOf({ up }: Pick<Migration, "up">): Promise<readonly string[]> {
  const statements: string[] = [];
  const { createQueryCompiler } = postgresDialect({} as pg.Pool, false);
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler,
    },
    log: ({ query }) => {
      statements.push(query.sql.trim().replaceAll(/\s+/g, " ").toLowerCase());
    },
  });
  await up(db);
  return statements;
}
