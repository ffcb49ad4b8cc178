import type { Migration } from "../store.ts";

/** Makes the migration that gives tables of tasks the column `failed_starts` (`TaskTable`). */
export function countFailedStarts(name: string, ...tables: readonly string[]): Migration {
  return {
    name,
    async up({ schema }) {
      for (const table of tables)
        await schema
          .alterTable(table)
          .addColumn("failed_starts", "integer", (column) => column.notNull().defaultTo(0))
          .execute();
    },
  };
}
