import { randomInt } from "node:crypto";
import type { Kysely } from "kysely";
import { type BusPlace, busArn } from "../arns.ts";
import type { ArchivedRow, ArchiveRow, ArchiveSizeRow, EventsTables } from "../tables.ts";

/** How much an archive holds. */
export interface ArchiveSize {
  readonly count: number;
  readonly bytes: number;
}

const EMPTY: ArchiveSize = { count: 0, bytes: 0 };

export function sourceArn(row: ArchiveRow): string {
  return busArn({ ...row, name: row.bus_name });
}

export function archivesOf(bus: BusPlace, db: Kysely<EventsTables>): Promise<ArchiveRow[]> {
  return db
    .selectFrom("events_archives")
    .selectAll()
    .where("account_id", "=", bus.account_id)
    .where("region", "=", bus.region)
    .where("bus_name", "=", bus.name)
    .execute();
}

/** The sizes of archives, by their ids. */
export async function sizesOf(
  ids: readonly string[],
  db: Kysely<EventsTables>,
): Promise<(id: string) => ArchiveSize> {
  if (ids.length === 0) return () => EMPTY;
  const sizes = totalsOf(
    await db
      .selectFrom("events_archive_sizes")
      .selectAll()
      .where("archive_id", "in", ids)
      .execute(),
  );
  return (id) => sizes.get(id) ?? EMPTY;
}

/** The sizes of all archives that ever held an event. */
export async function everySize(db: Kysely<EventsTables>): Promise<Map<string, ArchiveSize>> {
  return totalsOf(await db.selectFrom("events_archive_sizes").selectAll().execute());
}

function totalsOf(rows: readonly ArchiveSizeRow[]): Map<string, ArchiveSize> {
  const sizes = new Map<string, ArchiveSize>();
  for (const { archive_id, events, bytes } of rows) {
    const { count, bytes: before } = sizes.get(archive_id) ?? EMPTY;
    sizes.set(archive_id, { count: count + Number(events), bytes: before + Number(bytes) });
  }
  return sizes;
}

const SLOTS = 16;
/** This process's. */
const SLOT = randomInt(SLOTS);

async function addSizes(
  rows: readonly Pick<ArchivedRow, "archive_id" | "bytes">[],
  sign: 1 | -1,
  db: Kysely<EventsTables>,
): Promise<void> {
  const sums = new Map<string, ArchiveSizeRow>();
  for (const { archive_id, bytes } of rows) {
    const sum = sums.get(archive_id) ?? { archive_id, slot: SLOT, events: 0, bytes: 0 };
    const [events, all] = [sum.events + sign, sum.bytes + sign * bytes];
    sums.set(archive_id, { ...sum, events, bytes: all });
  }
  if (sums.size === 0) return;
  await db
    .insertInto("events_archive_sizes")
    .values([...sums.values()])
    .onConflict((conflict) =>
      conflict.columns(["archive_id", "slot"]).doUpdateSet(({ ref, eb }) => ({
        events: eb(ref("events_archive_sizes.events"), "+", ref("excluded.events")),
        bytes: eb(ref("events_archive_sizes.bytes"), "+", ref("excluded.bytes")),
      })),
    )
    .execute();
}

export async function insertArchived(
  rows: readonly ArchivedRow[],
  db: Kysely<EventsTables>,
): Promise<void> {
  if (rows.length === 0) return;
  await db.insertInto("events_archived").values(rows).execute();
  await addSizes(rows, 1, db);
}

/** Deletes the oldest of an archive's events, `limit` at most; returns how many there were. */
export async function deleteArchivedBefore(
  archiveId: string,
  beforeMs: number,
  limit: number,
  db: Kysely<EventsTables>,
): Promise<number> {
  const old = await db
    .selectFrom("events_archived")
    .select(["id", "archive_id", "bytes"])
    .where("archive_id", "=", archiveId)
    .where("archived_at_ms", "<", beforeMs)
    .orderBy("archived_at_ms")
    .limit(limit)
    .execute();
  if (old.length === 0) return 0;
  const ids = old.map((row) => row.id);
  await db.deleteFrom("events_archived").where("id", "in", ids).execute();
  await addSizes(old, -1, db);
  return old.length;
}

export async function deleteArchive(archiveId: string, db: Kysely<EventsTables>): Promise<void> {
  for (const table of ["events_archives", "events_archived", "events_archive_sizes"] as const)
    await db.deleteFrom(table).where("archive_id", "=", archiveId).execute();
}

/** A place among an archive's events, which are in the order of their times. */
export interface ArchivePosition {
  readonly timeMs: number;
  readonly id: string;
}

export interface ArchivedRange {
  readonly archiveId: string;
  readonly after: ArchivePosition;
  readonly untilMs: number;
  /** Only those that were archived by then. */
  readonly archivedByMs: number;
}

/** The first events of a range. */
export function archivedIn(
  { archiveId, after, untilMs, archivedByMs }: ArchivedRange,
  limit: number,
  db: Kysely<EventsTables>,
): Promise<ArchivedRow[]> {
  return db
    .selectFrom("events_archived")
    .selectAll()
    .where("archive_id", "=", archiveId)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("time_ms", "id"), ">", tuple(after.timeMs, after.id)),
    )
    .where("time_ms", "<=", untilMs)
    .where("archived_at_ms", "<=", archivedByMs)
    .orderBy("time_ms")
    .orderBy("id")
    .limit(limit)
    .execute();
}
