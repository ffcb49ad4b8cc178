import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { OWN_TABLES, type WholeSchema } from "../migrate.ts";

interface KnownSchema {
  readonly migrations: readonly Migration[];
  readonly statements: readonly string[];
}

/**
 * Remembers the schema that migrations made of a new database. The next new one in this process,
 * such as that of a test's next server, gets it without their many steps: SQLite reads its whole
 * schema again after each column that is added.
 */
export class RememberedSchema implements WholeSchema {
  #known: KnownSchema | undefined;

  async create(tx: Kysely<Tables>, migrations: readonly Migration[]): Promise<boolean> {
    if (this.#known === undefined || !areSame(this.#known.migrations, migrations)) return false;
    for (const statement of this.#known.statements) await sql.raw(statement).execute(tx);
    return true;
  }

  async remember(tx: Kysely<Tables>, migrations: readonly Migration[]): Promise<void> {
    const made = await sql<{ type: string; name: string; sql: string }>`
      select type, name, sql from sqlite_master where sql is not null order by rowid`.execute(tx);
    const own = made.rows.filter(({ name }) => !OWN_TABLES.has(name));
    for (const { type, name } of own) {
      if (type !== "table") continue;
      const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(tx);
      // Statements make tables without rows.
      if (rows.length > 0) return;
    }
    this.#known = { migrations, statements: own.map((one) => one.sql) };
  }
}

function areSame(some: readonly Migration[], others: readonly Migration[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
