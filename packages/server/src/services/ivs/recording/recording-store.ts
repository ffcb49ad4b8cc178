import type { RecordingFileRow, RecordingMedia } from "@rolecast/media";
import type { Kysely } from "kysely";
import type { Alongside } from "../../../kernel/invoke.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import type { EventSubject, IvsOccurrence } from "../sessions/ivs-event.ts";
import { LeaseLostError } from "../sessions/lease-lost.ts";
import type { SessionJournal } from "../sessions/session-journal.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";
import { type MergeTraits, type NextStream, whyNotMerged } from "./merge-rules.ts";
import { readWrittenParts } from "./written-parts.ts";

/** The members of a recording that change while it lasts. */
export type RecordingChange = Partial<
  Pick<
    RecordingRow,
    | "state"
    | "key_prefix"
    | "started_at_ms"
    | "ended_at_ms"
    | "media"
    | "traits"
    | "stream_ended_at_ms"
    | "closes_at_ms"
    | "duration_ms"
    | "thumbnail_count"
  >
>;

/**
 * A recording's rows: what it needs to be finished by another process than the one that began.
 * Who holds an older fencing token than the row's changes nothing any more (LeaseLostError).
 */
export class RecordingStore {
  readonly #store: Store<IvsTables>;
  readonly #journal: SessionJournal;
  readonly #nodeId: () => string;

  constructor(store: Store, journal: SessionJournal, nodeId: () => string) {
    this.#store = store.tables<IvsTables>();
    this.#journal = journal;
    this.#nodeId = nodeId;
  }

  /**
   * A condition that must hold when an object of the recording is put; undefined where no other
   * node could put one.
   */
  lease(recording: RecordingRow): ((tx: Transaction) => Promise<void>) | undefined {
    if (!this.#store.shared) return undefined;
    return (tx) => requireLease(recording, tx.tables<IvsTables>().db);
  }

  /** Changes the recording and tells of its latest stream what happened, in one transaction. */
  async change(
    recording: RecordingRow,
    change: RecordingChange,
    ...occurrences: readonly IvsOccurrence[]
  ): Promise<void> {
    const { stream_id: key, fence } = recording;
    await this.#store.transaction(async (tx) => {
      const { numUpdatedRows } = await tx.db
        .updateTable("ivs_recordings")
        .set(change)
        .where("stream_id", "=", key)
        .where("fence", "=", fence)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new LeaseLostError();
      // The files are kept for one who must finish the recording: once it is over, nobody.
      if (change.ended_at_ms !== undefined)
        await tx.db.deleteFrom("ivs_recording_files").where("stream_id", "=", key).execute();
      for (const occurrence of occurrences)
        await this.#journal.tell(tx, subjectOf(recording), occurrence);
    });
  }

  /**
   * Remembers a file, in the transaction that puts it into the bucket: there is none of which
   * whoever finishes the recording doesn't know. It may be put again when its commit is in doubt.
   */
  file(recording: RecordingRow, file: RecordingFileRow): Alongside {
    const text = JSON.stringify(file);
    return async (tx) => {
      await tx
        .tables<IvsTables>()
        .db.insertInto("ivs_recording_files")
        .values({
          stream_id: recording.stream_id,
          account_id: recording.account_id,
          region: recording.region,
          rendition: file.rendition,
          file_index: file.index,
          file: text,
        })
        .onConflict((conflict) =>
          conflict.columns(["stream_id", "rendition", "file_index"]).doUpdateSet({ file: text }),
        )
        .execute();
    };
  }

  /** Notes a part of the recording, in the transaction that puts it into the bucket. */
  part(recording: RecordingRow, part: string): Alongside {
    return async (tx) => {
      const { db } = tx.tables<IvsTables>();
      const row = await db
        .selectFrom("ivs_recordings")
        .select("written")
        .where("stream_id", "=", recording.stream_id)
        .executeTakeFirst();
      const parts = readWrittenParts(row?.written ?? null);
      if (!parts) return;
      await db
        .updateTable("ivs_recordings")
        .set({ written: JSON.stringify([...parts.add(part)]) })
        .where("stream_id", "=", recording.stream_id)
        .execute();
    };
  }

  async files(recording: RecordingRow): Promise<RecordingFileRow[]> {
    const rows = await this.#store.db
      .selectFrom("ivs_recording_files")
      .select("file")
      .where("stream_id", "=", recording.stream_id)
      .orderBy("rendition")
      .orderBy("file_index")
      .execute();
    return rows.map((row): RecordingFileRow => JSON.parse(row.file));
  }

  /** Recordings that no process has finished, and that wait for nobody. */
  unfinished(): Promise<RecordingRow[]> {
    return this.#store.db
      .selectFrom("ivs_recordings")
      .selectAll()
      .where("ended_at_ms", "is", null)
      .where("state", "!=", "reconnectable")
      .orderBy("created_at_ms")
      .execute();
  }

  /**
   * Makes a stream, whose own recording hasn't begun, the next one of its channel's last recording
   * if every rule of a merge holds. Resolves to that recording, or to the reason against it.
   */
  merge(
    own: RecordingRow,
    next: Omit<NextStream, "connectedAtMs">,
  ): Promise<RecordingRow | string> {
    return this.#store.transaction(async ({ db }) => {
      const earlier = await lastRecording(own, db);
      if (!earlier) return "there is no recording before it";
      if (earlier.recording_configuration_arn !== own.recording_configuration_arn)
        return "the channel has another recording configuration";
      if (earlier.state !== "reconnectable" || earlier.closes_at_ms === null)
        return `the recording before it is ${earlier.state}`;
      const reason = whyNotMerged(
        {
          traits: JSON.parse(earlier.traits ?? "{}") as MergeTraits,
          streams: readStreamIds(earlier).length,
          startedAtMs: earlier.started_at_ms ?? earlier.created_at_ms,
          closesAtMs: earlier.closes_at_ms,
        },
        { ...next, connectedAtMs: own.created_at_ms },
      );
      if (reason !== undefined) return reason;
      await db.deleteFrom("ivs_recordings").where("stream_id", "=", own.stream_id).execute();
      return db
        .updateTable("ivs_recordings")
        .set({
          owner: own.owner,
          fence: earlier.fence + 1,
          state: "recording",
          stream_ids: JSON.stringify([...readStreamIds(earlier), own.stream_id]),
          last_stream_id: own.stream_id,
          channel_name: own.channel_name,
          stream_ended_at_ms: null,
          closes_at_ms: null,
          duration_ms: null,
        })
        .where("stream_id", "=", earlier.stream_id)
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }

  /** Recordings that wait for a reconnect, the one first whose window is over first. */
  reconnectable(): Promise<RecordingRow[]> {
    return this.#store.db
      .selectFrom("ivs_recordings")
      .selectAll()
      .where("closes_at_ms", "is not", null)
      .orderBy("closes_at_ms")
      .execute();
  }

  /**
   * Takes a recording out of its window for good: no stream goes on with it. Undefined when one
   * does, or another node was first, or when one that connected in time has yet to show its media.
   */
  claimEnd(recording: RecordingRow): Promise<RecordingRow | undefined> {
    return this.#store.transaction(async ({ db }) => {
      const { stream_id: key, closes_at_ms: closesAtMs } = recording;
      const candidate = await db
        .selectFrom("ivs_recordings")
        .select("stream_id")
        .where("account_id", "=", recording.account_id)
        .where("region", "=", recording.region)
        .where("channel_id", "=", recording.channel_id)
        .where("state", "=", "waiting")
        .where("created_at_ms", "<=", closesAtMs ?? 0)
        .executeTakeFirst();
      if (candidate) return undefined;
      return db
        .updateTable("ivs_recordings")
        .set((set) => ({
          state: "ending",
          closes_at_ms: null,
          owner: this.#nodeId(),
          fence: set("fence", "+", 1),
        }))
        .where("stream_id", "=", key)
        .where("state", "=", "reconnectable")
        .returningAll()
        .executeTakeFirst();
    });
  }
}

async function requireLease(
  { stream_id: key, fence }: RecordingRow,
  db: Kysely<IvsTables>,
): Promise<void> {
  const current = await db
    .selectFrom("ivs_recordings")
    .select("fence")
    .where("stream_id", "=", key)
    .executeTakeFirst();
  if (current?.fence !== fence) throw new LeaseLostError();
}

/** The one before `own` in which there was anything to record. */
function lastRecording(
  own: RecordingRow,
  db: Kysely<IvsTables>,
): Promise<RecordingRow | undefined> {
  return db
    .selectFrom("ivs_recordings")
    .selectAll()
    .where("account_id", "=", own.account_id)
    .where("region", "=", own.region)
    .where("channel_id", "=", own.channel_id)
    .where("stream_id", "!=", own.stream_id)
    .where("state", "!=", "none")
    .orderBy("created_at_ms", "desc")
    .orderBy("stream_id", "desc")
    .limit(1)
    .executeTakeFirst();
}

export function readRecordingMedia(row: RecordingRow): RecordingMedia | undefined {
  if (row.media === null) return undefined;
  const media: RecordingMedia = JSON.parse(row.media);
  return media;
}

export function readStreamIds(row: RecordingRow): readonly string[] {
  const streamIds: string[] = JSON.parse(row.stream_ids);
  return streamIds;
}

/** The subject of a recording's events: its latest stream. */
export function subjectOf(row: RecordingRow): EventSubject {
  return {
    accountId: row.account_id,
    region: row.region,
    channelId: row.channel_id,
    channelName: row.channel_name,
    streamId: row.last_stream_id,
  };
}
