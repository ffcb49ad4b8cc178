import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { S3Tables } from "../tables.ts";
import { successorOf } from "./key-order.ts";

/** From where keys are looked for: from `from` itself to before `before`. */
export interface GroupRange {
  readonly prefix: string;
  readonly delimiter: string;
  readonly from: string;
  readonly before: string | undefined;
  readonly limit: number;
}

type KeyedTable = "s3_objects" | "s3_versions" | "s3_uploads";

/**
 * The first key of each of the next groups of a bucket's keys, and each key that is in none. One
 * statement goes from group to group by the index, so that it costs nothing how many keys each has.
 * Undefined where no text sorts after what has the delimiter.
 */
export async function firstKeysOfGroups(
  db: Kysely<S3Tables>,
  bucketName: string,
  tables: readonly KeyedTable[],
  { prefix, delimiter, from, before, limit }: GroupRange,
): Promise<readonly string[] | undefined> {
  const successor = successorOf(delimiter);
  if (successor === undefined) return undefined;
  const first = (condition: ReturnType<typeof sql>) => {
    const end = before === undefined ? sql`` : sql`and object_key < ${before}`;
    const ofTables = tables.map(
      (table) => sql`select * from (select object_key from ${sql.table(table)}
        where bucket_name = ${bucketName} and object_key ${condition} ${end}
        order by object_key limit 1) as ${sql.ref(`of_${table}`)}`,
    );
    return sql`(select min(object_key) from (${sql.join(ofTables, sql` union all `)}) as firsts)`;
  };
  const prefixLength = [...prefix].length;
  const rest = sql`substr(place.first_key, ${sql.lit(prefixLength + 1)})`;
  const delimited = positionIn(db, rest, delimiter);
  const start = sql`substr(place.first_key, 1, ${sql.lit(prefixLength - 1)} + ${delimited})`;
  const { rows } = await sql<{ readonly first_key: string }>`
    with recursive places(first_key, number) as (
      select ${first(sql`>= ${from}`)}, 1
      union all
      select case when ${delimited} = 0
          then ${first(sql`> place.first_key`)}
          else ${first(sql`>= (${start} || ${successor})`)} end, place.number + 1
        from places as place where place.first_key is not null and place.number < ${limit}
    ) select first_key from places where first_key is not null`.execute(db);
  return rows.map((row) => row.first_key);
}

/** Where `part` begins in `text`, from 1; 0 where it isn't in it. */
function positionIn(db: Kysely<S3Tables>, text: ReturnType<typeof sql>, part: string) {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  return sql`${sql.raw(isPostgres ? "strpos" : "instr")}(${text}, ${part})`;
}
