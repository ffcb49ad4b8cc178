import { timingSafeEqual } from "node:crypto";
import type { Kysely } from "kysely";
import type { IvsTables, StreamKeyRow } from "../tables.ts";

/** A key's value names its Region and id; the whole of it is compared in constant time. */
export async function findStreamKey(
  value: string,
  db: Kysely<IvsTables>,
): Promise<StreamKeyRow | undefined> {
  const [, region, id] = value.split("_", 3);
  if (!region || !id) return undefined;
  const row = await db
    .selectFrom("ivs_stream_keys")
    .selectAll()
    .where("region", "=", region)
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) return undefined;
  const expected = Buffer.from(row.value);
  const given = Buffer.from(value);
  return given.length === expected.length && timingSafeEqual(given, expected) ? row : undefined;
}
