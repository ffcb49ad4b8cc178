import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { areSame, OWN_TABLES, type WholeSchema } from "../migrate.ts";
import { withDatabase } from "./database-copy.ts";

interface KnownSchema {
  readonly migrations: readonly Migration[];
  readonly statements: readonly string[];
  /** Makes the bytes of a database that has the schema, in a file of this name if it needs one. */
  readonly makeImage: (file: string) => Promise<Buffer>;
  image?: Buffer;
}

/** The schema of the build's own migrations, as the build leaves it beside the bundle. */
export interface BuiltSchema {
  /** The migrations' names. */
  readonly migrations: readonly string[];
  readonly statements: readonly string[];
}

/** The files of the built schema, each compressed by Brotli: JSON of it, and a database. */
export const BUILT_SCHEMA = "new-schema.br";
export const BUILT_IMAGE = "new-database.br";

/** For a database that has the schema already, though no migration has run on it. */
export const MADE_SCHEMA: WholeSchema = {
  create: async () => true,
  remember: async () => {},
};

/**
 * Knows the schema that migrations make of a new database: from the build, or because they made
 * one in this process. The next new one, such as that of a test's next server, gets it without
 * their many steps: SQLite reads its whole schema again after each column that is added.
 */
export class RememberedSchema implements WholeSchema {
  #known: KnownSchema | undefined;

  async create(tx: Kysely<Tables>, migrations: readonly Migration[]): Promise<boolean> {
    const known = await this.#find(migrations);
    if (known === undefined) return false;
    for (const statement of known.statements) await sql.raw(statement).execute(tx);
    return true;
  }

  /**
   * Makes an empty file a database that has the schema: a copy, which takes a seventh of the time.
   * Resolves to false, having done nothing, if the file isn't empty or the schema isn't known.
   */
  async layOut(file: string, migrations: readonly Migration[]): Promise<boolean> {
    const { size } = await stat(file);
    const known = size > 0 ? undefined : await this.#find(migrations);
    if (known === undefined) return false;
    known.image ??= await known.makeImage(`${file}.schema`);
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
    const statements = own.map((one) => one.sql);
    this.#known = { migrations, statements, makeImage: (file) => imageOf(statements, file) };
  }

  /**
   * Resolves to what the build leaves: the schema that was remembered last, and a database that has
   * it, which is made in `file`.
   */
  async built(file: string): Promise<{ schema: BuiltSchema; image: Buffer } | undefined> {
    if (this.#known === undefined) return undefined;
    const { migrations, statements, makeImage } = this.#known;
    const names = migrations.map(({ name }) => name);
    return { schema: { migrations: names, statements }, image: await makeImage(file) };
  }

  async #find(migrations: readonly Migration[]): Promise<KnownSchema | undefined> {
    if (this.#known && areSame(this.#known.migrations, migrations)) return this.#known;
    const built = await readBuilt(BUILT_SCHEMA);
    if (built === undefined) return undefined;
    const { migrations: names, statements } = JSON.parse(built.toString("utf8")) as BuiltSchema;
    if (names.length !== migrations.length) return undefined;
    if (names.some((name, index) => name !== migrations[index]?.name)) return undefined;
    const makeImage = async (file: string) =>
      (await readBuilt(BUILT_IMAGE)) ?? imageOf(statements, file);
    this.#known = { migrations, statements, makeImage };
    return this.#known;
  }
}

/**
 * Reads what the build leaves beside the bundle. Sources have none: they may have changed since the
 * build.
 */
async function readBuilt(name: string): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(fileURLToPath(new URL(`./${name}`, import.meta.url)));
    return await promisify(brotliDecompress)(bytes);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
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
