import { type CompiledQuery, sql } from "kysely";
import type { Migration } from "../../kernel/store.ts";
import { areSame, type WholeSchema } from "../migrate.ts";

interface KnownSchema {
  readonly migrations: readonly Migration[];
  readonly collate: boolean;
  readonly scripts: readonly string[];
}

/** One script of all of them took PostgreSQL more processor time than statement by statement. */
const STATEMENTS_AT_A_TIME = 20;

/**
 * Remembers the statements that migrations ran on a new schema. The next new one in this process,
 * such as that of a test's next server, gets them as one script: one by one they are hundreds of
 * round trips, which take most of a server's start.
 */
export class RecordedSchema {
  #known: KnownSchema | undefined;

  /** For one start: `ran` hears of each statement that has succeeded. */
  start(collate: boolean): WholeSchema & { ran(query: CompiledQuery): void } {
    let ran: CompiledQuery[] = [];
    return {
      ran: (query) => void ran.push(query),
      create: async (tx, migrations) => {
        ran = [];
        const known = this.#known;
        if (known?.collate !== collate || !areSame(known.migrations, migrations)) return false;
        for (const script of known.scripts) await sql.raw(script).execute(tx);
        return true;
      },
      remember: async (_, migrations) => {
        // What depends on values isn't the same every time.
        if (ran.some(({ parameters }) => parameters.length > 0)) return;
        const scripts: string[] = [];
        for (let from = 0; from < ran.length; from += STATEMENTS_AT_A_TIME) {
          const some = ran.slice(from, from + STATEMENTS_AT_A_TIME);
          scripts.push(some.map((query) => query.sql).join(";\n"));
        }
        this.#known = { migrations, collate, scripts };
      },
    };
  }
}
