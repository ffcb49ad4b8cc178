import { type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import { Turns } from "../../../kernel/work/turns.ts";
import type { Db, IamTables } from "../tables.ts";

/** The tables of entities that have a path, and a name that is unique in any case. */
export type NamedTable =
  | "iam_users"
  | "iam_groups"
  | "iam_roles"
  | "iam_instance_profiles"
  | "iam_policies"
  | "iam_server_certificates";

export type Named<T extends NamedTable> = Selectable<IamTables[T]> & { readonly name_key: string };

/** Up to this many are found by what they share, and then sorted. */
const FEW_MAX = 1_000;
/** Names that one statement looks at while a larger part is read. */
const STEP = 1_000;

/** The part of an account's entities that share something, such as a policy or a path. */
export interface PartOfNames {
  /** Name keys of up to `limit` of them in any order, found by an index of what they share. */
  few(limit: number): Promise<readonly string[]>;
  /** A condition on the entities' own table, which is known by its name. */
  readonly matches: RawBuilder<SqlBool>;
}

/**
 * Reads the first entities of the part whose names come after `after`, in the order of names. A
 * small part is sorted; a large one is found by walking the names, which soon meets one of it. So
 * the cost of neither grows with the account.
 */
export async function readPart<T extends NamedTable>(
  db: Db,
  table: T,
  accountId: string,
  part: PartOfNames,
  after: string | undefined,
  limit: number,
): Promise<readonly Named<T>[]> {
  const select = () => db.selectFrom<NamedTable>(table).where("account_id", "=", accountId);
  const few = await part.few(FEW_MAX + 1);
  if (few.length <= FEW_MAX) {
    const names = few.filter((name) => after === undefined || name > after).sort();
    const wanted = names.slice(0, limit);
    if (wanted.length === 0) return [];
    const rows = await select().selectAll().where("name_key", "in", wanted).execute();
    return (rows as Named<T>[]).sort((a, b) => (a.name_key < b.name_key ? -1 : 1));
  }
  const turns = new Turns();
  const found: Named<T>[] = [];
  for (let from = after ?? ""; found.length < limit; ) {
    await turns.next();
    const end = await select()
      .select("name_key")
      .where("name_key", ">", from)
      .orderBy("name_key")
      .limit(1)
      .offset(STEP - 1)
      .executeTakeFirst();
    let query = select().selectAll().where("name_key", ">", from).where(part.matches);
    if (end) query = query.where("name_key", "<=", end.name_key);
    const rows = await query
      .orderBy("name_key")
      .limit(limit - found.length)
      .execute();
    found.push(...(rows as Named<T>[]));
    if (!end) break;
    from = end.name_key;
  }
  return found;
}

/** Sorts after every character of a path. Source: IAM API reference, `Path`: up to U+007F. */
const AFTER_PATHS = "\u0080";

/** The entities below a path. */
export function belowPath(
  db: Db,
  table: NamedTable,
  accountId: string,
  prefix: string,
): PartOfNames {
  return {
    few: async (limit) => {
      const rows = await db
        .selectFrom<NamedTable>(table)
        .select("name_key")
        .where("account_id", "=", accountId)
        .where("path", ">=", prefix)
        .where("path", "<", prefix + AFTER_PATHS)
        .limit(limit)
        .execute();
      return rows.map((row) => row.name_key);
    },
    matches: pathStartsWith(table, prefix),
  };
}

/** A condition that needs no escaping. */
export function pathStartsWith(table: NamedTable, prefix: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`substr(${sql.ref(`${table}.path`)}, 1, ${prefix.length}) = ${prefix}`;
}
