import type { RecordingFileRow, RecordingMedia } from "@rolecast/media";
import type { Store } from "../../../kernel/store.ts";
import type { EventSubject, IvsOccurrence } from "../live/ivs-event.ts";
import type { SessionJournal } from "../live/session-journal.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";

/** What of a recording changes while it lasts. */
export type RecordingChange = Partial<
  Pick<RecordingRow, "state" | "key_prefix" | "started_at_ms" | "ended_at_ms" | "media">
>;

/** A recording's rows: what it needs to be finished by another process than the one that began. */
export class RecordingStore {
  readonly #store: Store<IvsTables>;
  readonly #journal: SessionJournal;

  constructor(store: Store, journal: SessionJournal) {
    this.#store = store.tables<IvsTables>();
    this.#journal = journal;
  }

  /** Changes the recording and tells what happened, in one transaction. */
  async change(
    subject: EventSubject,
    change: RecordingChange,
    ...occurrences: readonly IvsOccurrence[]
  ): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await tx.db
        .updateTable("ivs_recordings")
        .set(change)
        .where("stream_id", "=", subject.streamId)
        .execute();
      // The files are kept for one who must finish the recording: once it is over, nobody.
      if (change.ended_at_ms !== undefined)
        await tx.db
          .deleteFrom("ivs_recording_files")
          .where("stream_id", "=", subject.streamId)
          .execute();
      for (const occurrence of occurrences) await this.#journal.tell(tx, subject, occurrence);
    });
  }

  /** Remembers a file that is in the bucket. */
  async addFile(subject: EventSubject, file: RecordingFileRow): Promise<void> {
    await this.#store.transaction(async ({ db }) => {
      await db
        .insertInto("ivs_recording_files")
        .values({
          stream_id: subject.streamId,
          account_id: subject.accountId,
          region: subject.region,
          rendition: file.rendition,
          file_index: file.index,
          file: JSON.stringify(file),
        })
        .execute();
    });
  }

  async files(streamId: string): Promise<RecordingFileRow[]> {
    const rows = await this.#store.db
      .selectFrom("ivs_recording_files")
      .select("file")
      .where("stream_id", "=", streamId)
      .orderBy("rendition")
      .orderBy("file_index")
      .execute();
    return rows.map((row): RecordingFileRow => JSON.parse(row.file));
  }

  /** Recordings that no process has finished. */
  unfinished(): Promise<RecordingRow[]> {
    return this.#store.db
      .selectFrom("ivs_recordings")
      .selectAll()
      .where("ended_at_ms", "is", null)
      .orderBy("created_at_ms")
      .execute();
  }
}

export function readRecordingMedia(row: RecordingRow): RecordingMedia | undefined {
  if (row.media === null) return undefined;
  const media: RecordingMedia = JSON.parse(row.media);
  return media;
}
