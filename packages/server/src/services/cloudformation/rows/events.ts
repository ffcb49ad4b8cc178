import assert from "node:assert/strict";
import type { Kysely } from "kysely";
import { statement } from "../../../kernel/statements.ts";
import type { CloudFormationTables, EventRow, StackRow } from "../tables.ts";
import { updateStackRow } from "./stacks.ts";

type Db = Kysely<CloudFormationTables>;

const insertEvent = statement<CloudFormationTables, EventRow>((db, event) =>
  db.insertInto("cloudformation_events").values(event),
);

const selectSequence = statement<CloudFormationTables, Pick<StackRow, "stack_id">, Sequence>(
  (db, { stack_id }) =>
    db
      .selectFrom("cloudformation_stacks")
      .select(["stack_id", "events", "event_ms"])
      .where("stack_id", "=", stack_id),
);

/** An event before it has its place among the stack's events. */
export type NewEvent = Omit<EventRow, "stack_id" | "number" | "event_id" | "ms">;

type Sequence = Pick<StackRow, "stack_id" | "events" | "event_ms">;

/**
 * Adds events to a stack in their order, and changes the stack's row. The sequence belongs to the
 * stack, not to the clock: numbers have no gap, and each time is later than the one before it.
 * Resolves to the events with their ids.
 */
export async function addEvents(
  stack: Sequence,
  events: readonly NewEvent[],
  nowMs: number,
  change: Partial<StackRow>,
  idOf: (event: NewEvent, ms: number) => string,
  db: Db,
): Promise<readonly EventRow[]> {
  const rows = events.map((event, index) => {
    const ms = Math.max(nowMs, Number(stack.event_ms) + 1) + index;
    const number = stack.events + index + 1;
    return { ...event, stack_id: stack.stack_id, number, ms, event_id: idOf(event, ms) };
  });
  for (const row of rows) await insertEvent(db, row);
  const last = rows.at(-1);
  const sequence = last ? { events: last.number, event_ms: last.ms } : {};
  if (last || Object.keys(change).length > 0)
    await updateStackRow(stack.stack_id, { ...change, ...sequence }, db);
  return rows;
}

/** Events from the newest on; `before` is the number of the last page's last one. */
export function listEvents(
  stackId: string,
  before: number | undefined,
  limit: number,
  db: Db,
): Promise<EventRow[]> {
  let query = db.selectFrom("cloudformation_events").selectAll().where("stack_id", "=", stackId);
  if (before !== undefined) query = query.where("number", "<", before);
  return query.orderBy("number", "desc").limit(limit).execute();
}

/** The end of a stack's sequence of events: each transaction goes on from there. */
export async function sequenceOf(stackId: string, db: Db): Promise<Sequence> {
  const [sequence] = await selectSequence(db, { stack_id: stackId });
  assert(sequence, "a stack that gets events has a row");
  return sequence;
}
