import type { Kysely } from "kysely";
import type { BusPlace } from "../arns.ts";
import type { ConnectionRow, EventsTables } from "../tables.ts";

type Place = Pick<BusPlace, "account_id" | "region">;

export function findConnection(
  { account_id, region }: Place,
  name: string,
  db: Kysely<EventsTables>,
): Promise<ConnectionRow | undefined> {
  return db
    .selectFrom("events_connections")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

/**
 * Connections whose credentials have yet to be exchanged for a first token: those whose unique ids
 * come after `after`.
 */
export function connectionsToAuthorize(
  after: string,
  limit: number,
  db: Kysely<EventsTables>,
): Promise<ConnectionRow[]> {
  return db
    .selectFrom("events_connections")
    .selectAll()
    .where("state", "=", "AUTHORIZING")
    .where("unique_id", ">", after)
    .orderBy("unique_id")
    .limit(limit)
    .execute();
}

/** Changes a connection unless it was changed since it was read. */
export async function noteAuthorization(
  { account_id, region, name, unique_id, modified_at_ms }: ConnectionRow,
  change: Pick<ConnectionRow, "state" | "state_reason"> & Partial<ConnectionRow>,
  db: Kysely<EventsTables>,
): Promise<void> {
  await db
    .updateTable("events_connections")
    .set(change)
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .where("unique_id", "=", unique_id)
    .where("modified_at_ms", "=", modified_at_ms)
    .execute();
}
