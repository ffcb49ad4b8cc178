import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type BusPlace, busPlaceHere, DEFAULT_BUS } from "../arns.ts";
import { resourceNotFound, validation } from "../errors.ts";
import type { BusRow, EventsTables } from "../tables.ts";
import { namesOf } from "./page.ts";

/** The bus's row. The default bus, which is always there, has one once it has been changed. */
export function findBusRow(
  { account_id, region, name }: BusPlace,
  db: Kysely<EventsTables>,
): Promise<BusRow | undefined> {
  return db
    .selectFrom("events_buses")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

/** A new bus's row, or that of a default bus that hasn't been changed yet. */
export function newBusRow({ account_id, region, name }: BusPlace): BusRow {
  return {
    ...{ account_id, region, name },
    ...{ description: null, policy: null, tags: "{}", created_at_ms: null, modified_at_ms: null },
  };
}

/** Throws ResourceNotFoundException. */
export async function requireBusRow(place: BusPlace, db: Kysely<EventsTables>): Promise<BusRow> {
  const row = await findBusRow(place, db);
  if (row) return row;
  if (place.name === DEFAULT_BUS) return newBusRow(place);
  throw resourceNotFound(`Event bus ${place.name} does not exist.`);
}

/** The place of the bus that a name or ARN gives. Throws ResourceNotFoundException. */
export async function requireBus(
  given: string | undefined,
  context: RequestContext,
): Promise<BusPlace> {
  const place = busPlaceHere(given, context);
  if (place.name !== DEFAULT_BUS) await requireBusRow(place, context.db<EventsTables>());
  return place;
}

/** The same for lists, which no ARN that decisions are about bounds to the caller's account. */
export async function requireOwnBus(
  given: string | undefined,
  context: RequestContext,
): Promise<BusPlace> {
  const place = await requireBus(given, context);
  if (place.account_id === context.accountId) return place;
  throw resourceNotFound(`Event bus ${place.name} does not exist.`);
}

/** Changes a bus in a transaction. Throws ResourceNotFoundException if it is gone. */
export function changeBus(
  place: BusPlace,
  context: RequestContext,
  change: (row: BusRow) => Partial<BusRow>,
): Promise<BusRow> {
  return context.transaction<EventsTables, BusRow>(async ({ db }) => {
    const before = await requireBusRow(place, db);
    const changes = change(before);
    const row = { ...before, ...changes };
    await db
      .insertInto("events_buses")
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(["account_id", "region", "name"]).doUpdateSet(changes),
      )
      .execute();
    return row;
  });
}

/** The rows of a Region's buses whose names begin with `prefix` and come after `after`. */
export function busRowsAfter(
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
  context: RequestContext,
): Promise<BusRow[]> {
  return context
    .db<EventsTables>()
    .selectFrom("events_buses")
    .selectAll()
    .where(namesOf(context, prefix, after))
    .orderBy("name")
    .limit(limit)
    .execute();
}

/** Keeps a new bus. False, and nothing is kept: there are `max` beside the default one. */
export async function insertBus(
  row: BusRow,
  max: number,
  db: Kysely<EventsTables>,
): Promise<boolean> {
  const { count } = await db
    .selectFrom("events_buses")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("account_id", "=", row.account_id)
    .where("region", "=", row.region)
    .where("name", "!=", DEFAULT_BUS)
    .executeTakeFirstOrThrow();
  if (Number(count) >= max) return false;
  await db.insertInto("events_buses").values(row).execute();
  return true;
}

/** Removes a bus, if there is one. Throws ValidationException while it has rules. */
export function removeBus(place: BusPlace, context: RequestContext): Promise<void> {
  const { account_id, region, name } = place;
  return context.transaction<EventsTables, void>(async ({ db }) => {
    const rule = await db
      .selectFrom("events_rules")
      .select("name")
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .where("bus_name", "=", name)
      .executeTakeFirst();
    const archive = await db
      .selectFrom("events_archives")
      .select("name")
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .where("bus_name", "=", name)
      .executeTakeFirst();
    const kept = rule ? "rules" : archive && "archives";
    if (kept)
      throw validation(
        `Event bus ${name} can't be deleted since it has ${kept}: delete them first.`,
      );
    await db
      .deleteFrom("events_buses")
      .where("account_id", "=", account_id)
      .where("region", "=", region)
      .where("name", "=", name)
      .execute();
  });
}
