import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { areSame, OWN_TABLES, type WholeSchema } from "../migrate.ts";
import { withDatabase } from "./database-copy.ts";

interface KnownSchema {
  readonly migrations: readonly Migration[];
  readonly statements: readonly string[];
  /** A database file that has been made by them, once one was needed. */
  image?: Buffer;
}

/** For a database that has the schema already, though no migration has run on it. */
export const MADE_SCHEMA: WholeSchema = {
  create: async () => true,
  remember: async () => {},
};

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

  /**
   * Makes an empty file a database that has the schema: a copy, which takes a seventh of the time.
   * Resolves to false, having done nothing, if the file isn't empty or the schema isn't known.
   */
  async layOut(file: string, migrations: readonly Migration[]): Promise<boolean> {
    const known = this.#known;
    if (known === undefined || !areSame(known.migrations, migrations)) return false;
    const { size } = await stat(file);
    if (size > 0) return false;
    known.image ??= await imageOf(known.statements, `${file}.schema`);
    await writeFile(file, known.image);
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

/** The bytes of a database that the statements make, at a place where none is left. */
async function imageOf(statements: readonly string[], file: string): Promise<Buffer> {
  try {
    withDatabase(file, (database) => {
      // As the store wants it: to change that in each copy would force it to the disk twice.
      database.exec("PRAGMA journal_mode = WAL");
      database.exec(["begin", ...statements, "commit"].join(";\n"));
    });
    return await readFile(file);
  } finally {
    await rm(file, { force: true });
  }
}
