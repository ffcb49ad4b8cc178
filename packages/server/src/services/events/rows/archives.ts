import type { Kysely } from "kysely";
import { type BusPlace, busArn } from "../arns.ts";
import type { ArchivedRow, ArchiveRow, EventsTables } from "../tables.ts";

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
  const rows = await db
    .selectFrom("events_archived")
    .select(({ fn }) => [
      "archive_id",
      fn.countAll<number>().as("count"),
      fn.sum<number>("bytes").as("bytes"),
    ])
    .where("archive_id", "in", ids)
    .groupBy("archive_id")
    .execute();
  const sizes = new Map(
    rows.map(({ archive_id, count, bytes }) => [
      archive_id,
      { count: Number(count), bytes: Number(bytes) },
    ]),
  );
  return (id) => sizes.get(id) ?? EMPTY;
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
