import type { RecordingFileRow } from "@rolecast/media";
import type { Kysely } from "kysely";
import type { RecordedRow, RecordingChange, RecordingFileRecord } from "./recorded-row.ts";

/** The names stand for those of the service's tables. */
export interface RecordingTables {
  recordings: RecordedRow;
  recording_files: RecordingFileRecord;
}

type Db = Kysely<RecordingTables>;

export interface RecordingRowsOptions {
  readonly table: string;
  /** The table of the files that recordings have in their buckets. */
  readonly files: string;
  /** The columns that name what is recorded: a stream of the same may go on with a recording. */
  readonly subject: readonly string[];
}

/** Queries of a service's recordings and of their files. */
export class RecordingRows<Row extends RecordedRow> {
  readonly #table: "recordings";
  readonly #files: "recording_files";
  readonly #subject: readonly (keyof RecordedRow)[];

  constructor({ table, files, subject }: RecordingRowsOptions) {
    this.#table = table as "recordings";
    this.#files = files as "recording_files";
    this.#subject = subject as readonly (keyof RecordedRow)[];
  }

  /** Whether a stream of the one may go on with the other's recording. */
  isSameSubject(one: Row, other: Row): boolean {
    return this.#subject.every((column) => one[column] === other[column]);
  }

  /** Changes a recording. False when somebody else goes on with it: its fencing token has risen. */
  async set(
    db: Db,
    { stream_id: key, fence }: RecordedRow,
    change: RecordingChange | { readonly owner: string },
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable(this.#table)
      .set(change)
      .where("stream_id", "=", key)
      .where("fence", "=", fence)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** The recording's fencing token as it is now. */
  async findFence(db: Db, key: string): Promise<number | undefined> {
    return (await this.#find(db, key))?.fence;
  }

  /** JSON of the parts that a recording has in the bucket. */
  async findWritten(db: Db, key: string): Promise<string | null> {
    return (await this.#find(db, key))?.written ?? null;
  }

  async setWritten(db: Db, key: string, written: string): Promise<void> {
    await db.updateTable(this.#table).set({ written }).where("stream_id", "=", key).execute();
  }

  /** Recordings that no process has finished, and that wait for no process. */
  listUnfinished(db: Db): Promise<Row[]> {
    return this.#rows(
      this.#all(db)
        .where("ended_at_ms", "is", null)
        .where("state", "!=", "reconnectable")
        .orderBy("created_at_ms")
        .execute(),
    );
  }

  /** Recordings that wait for a reconnect, the one first whose window is over first. */
  listReconnectable(db: Db): Promise<Row[]> {
    return this.#rows(
      this.#all(db).where("closes_at_ms", "is not", null).orderBy("closes_at_ms").execute(),
    );
  }

  /** The one of the same subject before `own` in which there was anything to record. */
  async findBefore(db: Db, own: Row): Promise<Row | undefined> {
    const [found] = await this.#rows(
      this.#ofSubject(db, own)
        .where("stream_id", "!=", own.stream_id)
        .where("state", "!=", "none")
        .orderBy("created_at_ms", "desc")
        .orderBy("stream_id", "desc")
        .limit(1)
        .execute(),
    );
    return found;
  }

  /** Whether the subject has a recording that began to wait for its media by a time. */
  async hasWaiting(db: Db, of: Row, untilMs: number): Promise<boolean> {
    const waiting = await this.#ofSubject(db, of)
      .where("state", "=", "waiting")
      .where("created_at_ms", "<=", untilMs)
      .executeTakeFirst();
    return waiting !== undefined;
  }

  /** Goes on with `earlier` in the stream of `own`, whose own row goes. */
  async goOn(
    db: Db,
    earlier: Row,
    own: Row,
    streamIds: readonly string[],
    more: Readonly<Record<string, string>>,
  ): Promise<Row> {
    await db.deleteFrom(this.#table).where("stream_id", "=", own.stream_id).execute();
    const change: Partial<RecordedRow> = {
      owner: own.owner,
      fence: earlier.fence + 1,
      state: "recording",
      stream_ids: JSON.stringify(streamIds),
      last_stream_id: own.stream_id,
      stream_ended_at_ms: null,
      closes_at_ms: null,
      duration_ms: null,
      ...more,
    };
    const changed = db
      .updateTable(this.#table)
      .set(change)
      .where("stream_id", "=", earlier.stream_id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return (await changed) as Row;
  }

  /** Takes a recording out of its reconnect window; undefined when it isn't in one any more. */
  async claimEnding(db: Db, key: string, owner: string): Promise<Row | undefined> {
    const claimed = await db
      .updateTable(this.#table)
      .set((set) => ({
        state: "ending",
        closes_at_ms: null,
        owner,
        fence: set("fence", "+", 1),
      }))
      .where("stream_id", "=", key)
      .where("state", "=", "reconnectable")
      .returningAll()
      .executeTakeFirst();
    return claimed as Row | undefined;
  }

  /** Takes a recording from a node that is gone; undefined where another one was first. */
  async claim(db: Db, { stream_id: key, fence }: Row, owner: string): Promise<Row | undefined> {
    const claimed = await db
      .updateTable(this.#table)
      .set({ owner, fence: fence + 1 })
      .where("stream_id", "=", key)
      .where("fence", "=", fence)
      .where("ended_at_ms", "is", null)
      .returningAll()
      .executeTakeFirst();
    return claimed as Row | undefined;
  }

  /** Notes a file of a recording, or notes it again. */
  async putFile(db: Db, recording: RecordedRow, file: RecordingFileRow): Promise<void> {
    const text = JSON.stringify(file);
    const { stream_id, account_id, region } = recording;
    const { rendition, index: file_index } = file;
    await db
      .insertInto(this.#files)
      .values({ stream_id, account_id, region, rendition, file_index, file: text })
      .onConflict((conflict) =>
        conflict.columns(["stream_id", "rendition", "file_index"]).doUpdateSet({ file: text }),
      )
      .execute();
  }

  /** The files of a recording, by rendition and in order. */
  async listFiles(db: Db, key: string): Promise<RecordingFileRow[]> {
    const rows = await db
      .selectFrom(this.#files)
      .select("file")
      .where("stream_id", "=", key)
      .orderBy("rendition")
      .orderBy("file_index")
      .execute();
    return rows.map((row): RecordingFileRow => JSON.parse(row.file));
  }

  async deleteFiles(db: Db, key: string): Promise<void> {
    await db.deleteFrom(this.#files).where("stream_id", "=", key).execute();
  }

  #find(db: Db, key: string): Promise<RecordedRow | undefined> {
    return this.#all(db).where("stream_id", "=", key).executeTakeFirst();
  }

  #all(db: Db) {
    return db.selectFrom(this.#table).selectAll();
  }

  #ofSubject(db: Db, of: Row) {
    return this.#subject.reduce(
      (query, column) => query.where(column, "=", of[column]),
      this.#all(db),
    );
  }

  async #rows(found: Promise<RecordedRow[]>): Promise<Row[]> {
    return (await found) as Row[];
  }
}
