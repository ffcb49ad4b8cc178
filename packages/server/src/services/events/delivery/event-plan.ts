import type { Kysely } from "kysely";
import { insertArchived } from "../rows/archives.ts";
import type { ArchivedRow, DeliveryRow, EventsTables } from "../tables.ts";

type Planned<Row> = Omit<Row, "event" | "bytes">;

export type PlannedDelivery = Planned<DeliveryRow>;
export type PlannedArchived = Planned<ArchivedRow>;

/** The kind of a delivery to a Lambda function. */
export const FUNCTION_DELIVERY = "function";

/** All that comes of an event: the rows that are kept for it. */
export interface EventPlan {
  /** The event: as text only while rows are written, since it may be large. */
  readonly json: Buffer;
  readonly deliveries: readonly PlannedDelivery[];
  readonly archived: readonly PlannedArchived[];
  /** Archives that have no room for it, by their ids. */
  readonly full: readonly string[];
}

/** Keeps a plan's rows. */
export async function keepPlan(
  { json, deliveries, archived, full }: EventPlan,
  nowMs: number,
  db: Kysely<EventsTables>,
): Promise<void> {
  const event = { event: json.toString(), bytes: json.length };
  const whole = <Row extends object>(rows: readonly Row[]) =>
    rows.map((row) => ({ ...row, ...event }));
  if (deliveries.length > 0)
    await db.insertInto("events_deliveries").values(whole(deliveries)).execute();
  await insertArchived(whole(archived), db);
  if (full.length > 0)
    await db
      .updateTable("events_archives")
      .set({ full_at_ms: nowMs })
      .where("archive_id", "in", full)
      .where("full_at_ms", "is", null)
      .execute();
}
