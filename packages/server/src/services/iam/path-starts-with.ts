import { type Expression, type SqlBool, sql } from "kysely";

/** Restricts a list to a path prefix, in SQL that needs no escaping. */
export function pathStartsWith(column: string, prefix: string): Expression<SqlBool> {
  return sql<SqlBool>`substr(${sql.ref(column)}, 1, ${prefix.length}) = ${prefix}`;
}
