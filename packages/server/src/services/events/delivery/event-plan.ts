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

/**
 * The most that one transaction writes: SQLite writes some 300 MB a second, and when a transaction
 * is committed it moves as much from its log into the database.
 */
const PART_BYTES_MAX = 4 * 1024 * 1024;
const PART_ROWS_MAX = 200;

/** A plan in parts that are each written at once: a large event may have hundreds of targets. */
export function partsOf(plan: EventPlan): readonly EventPlan[] {
  const { json, deliveries, archived } = plan;
  const fitting = Math.floor(PART_BYTES_MAX / json.length);
  const count = Math.max(1, Math.min(PART_ROWS_MAX, fitting));
  if (deliveries.length + archived.length <= count) return [plan];
  const nothing: EventPlan = { json, deliveries: [], archived: [], full: [] };
  const parts: EventPlan[] = [];
  for (let from = 0; from < deliveries.length; from += count)
    parts.push({ ...nothing, deliveries: deliveries.slice(from, from + count) });
  for (let from = 0; from < archived.length; from += count)
    parts.push({ ...nothing, archived: archived.slice(from, from + count) });
  return plan.full.length > 0 ? [...parts, { ...nothing, full: plan.full }] : parts;
}

/** Whether these plans' deliveries are as much as one transaction writes. */
export function fillPart(plans: readonly EventPlan[]): boolean {
  const bytes = plans.reduce(
    (sum, { json, deliveries }) => sum + json.length * deliveries.length,
    0,
  );
  return bytes >= PART_BYTES_MAX;
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
