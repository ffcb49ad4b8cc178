import { errorClass } from "../../../kernel/error-class.ts";
import type { ServiceDependencies } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { ARCHIVE_BYTES_MAX } from "../archive-limits.ts";
import { deleteArchivedBefore, sizesOf } from "../rows/archives.ts";
import { forgetReplaysBefore } from "../rows/replays.ts";
import type { ArchiveRow, EventsTables } from "../tables.ts";

const EVERY_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Source: EventBridge API reference, DescribeReplay: replays are kept for 90 days. */
const REPLAY_DAYS = 90;
/** Events that one statement deletes. */
const STEP = 1_000;
/** A full archive takes events again once so much of it is free. */
const ROOM_BYTES_MIN = 1024 ** 2;

/** Deletes what archives have kept for long enough, every ten minutes. */
export function archiveRetention({
  clock,
  log,
  ...parts
}: Pick<ServiceDependencies, "clock" | "log" | "store">): Periodic {
  const store: Store<EventsTables> = parts.store.tables<EventsTables>();
  const expire = async ({ archive_id: id, retention_days: days }: ArchiveRow) => {
    const beforeMs = clock.nowMs() - days * DAY_MS;
    let deleted = STEP;
    while (deleted === STEP)
      deleted = await store.transaction(({ db }) => deleteArchivedBefore(id, beforeMs, STEP, db));
  };
  const reopen = async ({ archive_id: id }: ArchiveRow) => {
    const sizeOf = await sizesOf([id], store.db);
    if (sizeOf(id).bytes > ARCHIVE_BYTES_MAX - ROOM_BYTES_MIN) return;
    await store.transaction(({ db }) =>
      db
        .updateTable("events_archives")
        .set({ full_at_ms: null })
        .where("archive_id", "=", id)
        .execute(),
    );
  };
  return new Periodic({
    everyMs: EVERY_MS,
    jitter: 0.2,
    round: async (signal) => {
      const archives = await store.db.selectFrom("events_archives").selectAll().execute();
      for (const archive of archives) {
        signal.throwIfAborted();
        if (archive.retention_days > 0) await expire(archive);
        if (archive.full_at_ms !== null) await reopen(archive);
      }
      const beforeMs = clock.nowMs() - REPLAY_DAYS * DAY_MS;
      await store.transaction(({ db }) => forgetReplaysBefore(beforeMs, db));
    },
    failed: (error) => log.error({ error: errorClass(error) }, "retention of event archives"),
  });
}
