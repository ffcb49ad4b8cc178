import type { RecordingFileRow, RecordingMedia } from "@rolecast/media";
import type { Alongside } from "../invoke.ts";
import type { Store, Transaction } from "../store.ts";
import { LeaseLostError } from "./lease-lost.ts";
import type { RecordedRow, RecordingChange } from "./recorded-row.ts";
import type { NextRecording, RecordingEventFacts, RecordingKind } from "./recording-kind.ts";
import type { RecordingRows, RecordingTables } from "./recording-rows.ts";
import { readWrittenParts } from "./written-parts.ts";

/**
 * A recording's rows: what it needs to be finished by another process than the one that began.
 * Who holds an older fencing token than the row's changes nothing any more (LeaseLostError).
 */
export class RecordingStore<Row extends RecordedRow> {
  readonly kind: RecordingKind<Row>;
  readonly #store: Store<RecordingTables>;
  readonly #rows: RecordingRows<Row>;
  readonly #nodeId: () => string;

  constructor(store: Store, kind: RecordingKind<Row>, nodeId: () => string) {
    this.#store = store.tables<RecordingTables>();
    this.kind = kind;
    this.#rows = kind.rows;
    this.#nodeId = nodeId;
  }

  /** Each recording has one change at a time. */
  #write<R>(run: (tx: Transaction<RecordingTables>) => Promise<R>): Promise<R> {
    return this.#store.transaction(run, { patient: true, repeatable: true });
  }

  /**
   * A condition that must hold when an object of the recording is put; undefined where no other
   * node could put one.
   */
  lease(recording: Row): ((tx: Transaction) => Promise<void>) | undefined {
    if (!this.#store.shared) return undefined;
    return async (tx) => {
      const fence = await this.#rows.findFence(
        tx.tables<RecordingTables>().db,
        recording.stream_id,
      );
      if (fence !== recording.fence) throw new LeaseLostError();
    };
  }

  /** Changes the recording and records what happened to its latest stream, in one transaction. */
  async change(
    recording: Row,
    change: RecordingChange,
    ...events: readonly RecordingEventFacts[]
  ): Promise<void> {
    await this.#write(async (tx) => {
      if (!(await this.#rows.set(tx.db, recording, change))) throw new LeaseLostError();
      await this.kind.changed?.(tx.tables(), recording, change);
      // The files are kept for the process that must finish the recording, so only until it is
      // over.
      if (change.ended_at_ms !== undefined)
        await this.#rows.deleteFiles(tx.db, recording.stream_id);
      for (const event of events) await this.kind.append(tx.tables(), recording, event);
    });
  }

  /** Runs in a transaction while the recording is this node's; otherwise rejects LeaseLostError. */
  within(recording: Row, run: (tx: Transaction) => Promise<void>): Promise<void> {
    return this.#write(async (tx) => {
      await this.lease(recording)?.(tx.tables());
      await run(tx.tables());
    });
  }

  /**
   * Remembers a file, in the transaction that puts it into the bucket: there is none of which the
   * process that finishes the recording doesn't know. It may be put again when its commit is in
   * doubt.
   */
  file(recording: Row, file: RecordingFileRow): Alongside {
    return (tx) => this.#rows.putFile(tx.tables<RecordingTables>().db, recording, file);
  }

  /** Notes a part of the recording, in the transaction that puts it into the bucket. */
  part(recording: Row, part: string): Alongside {
    return async (tx) => {
      const { db } = tx.tables<RecordingTables>();
      const { stream_id: key } = recording;
      const parts = readWrittenParts(await this.#rows.findWritten(db, key));
      if (parts) await this.#rows.setWritten(db, key, JSON.stringify([...parts.add(part)]));
    };
  }

  /** Notes how many thumbnails there are, in the transaction that puts the last of them. */
  thumbnails(recording: Row, count: number): Alongside {
    return async (tx) => {
      const { db } = tx.tables<RecordingTables>();
      await this.#rows.set(db, recording, { thumbnail_count: count });
    };
  }

  files(recording: Row): Promise<RecordingFileRow[]> {
    return this.#rows.listFiles(this.#store.db, recording.stream_id);
  }

  /** Recordings that no process has finished, and that wait for no process. */
  unfinished(): Promise<Row[]> {
    return this.#rows.listUnfinished(this.#store.db);
  }

  /**
   * Makes a stream, whose own recording hasn't begun, the next one of its subject's last recording
   * if every rule of a merge holds. Resolves to that recording, or to the reason against it.
   */
  merge(own: Row, next: NextRecording): Promise<Row | string> {
    return this.#write(async (tx) => {
      const { db } = tx;
      const earlier = await this.#rows.findBefore(db, own);
      if (!earlier) return "there is no recording before it";
      if (tx.isInDoubt && earlier.last_stream_id === own.stream_id) return earlier;
      if (earlier.state !== "reconnectable" || earlier.closes_at_ms === null)
        return `the recording before it is ${earlier.state}`;
      const reason = this.kind.whyNotMerged(earlier, own, next);
      if (reason !== undefined) return reason;
      const streamIds = [...readStreamIds(earlier), own.stream_id];
      const merged = await this.#rows.goOn(
        ...([db, earlier, own, streamIds, this.kind.goesOnWith(own)] as const),
      );
      await this.kind.changed?.(tx.tables(), merged, {
        ...{ state: merged.state, key_prefix: merged.key_prefix },
      });
      return merged;
    });
  }

  /** Those of them that are this node's, of one stream. */
  async unfinishedOf(streamId: string): Promise<Row[]> {
    const all = await this.unfinished();
    const nodeId = this.#nodeId();
    const isOwn = ({ owner }: Row) => !this.#store.shared || owner === nodeId;
    return all.filter((row) => row.last_stream_id === streamId && isOwn(row));
  }

  /** Leaves a recording that can't be finished now to the node that claims it next. */
  release(recording: Row): Promise<boolean> {
    return this.give(recording, "");
  }

  /** Gives a recording to another owner. False where another node has taken it. */
  give(recording: Row, owner: string): Promise<boolean> {
    return this.#store.transaction(({ db }) => this.#rows.set(db, recording, { owner }));
  }

  /** Takes a recording from a node that is gone; undefined where another one was first. */
  claim(recording: Row): Promise<Row | undefined> {
    return this.#store.transaction(({ db }) => this.#rows.claim(db, recording, this.#nodeId()));
  }

  /** Recordings that wait for a reconnect, the one first whose window is over first. */
  reconnectable(): Promise<Row[]> {
    return this.#rows.listReconnectable(this.#store.db);
  }

  /**
   * Takes a recording out of its window for good: no stream goes on with it. Undefined when one
   * does, or another node was first, or when one that connected in time has yet to show its media.
   */
  claimEnd(recording: Row): Promise<Row | undefined> {
    return this.#store.transaction(async ({ db }) => {
      const { stream_id: key, closes_at_ms: closesAtMs } = recording;
      if (await this.#rows.hasWaiting(db, recording, closesAtMs ?? 0)) return undefined;
      return this.#rows.claimEnding(db, key, this.#nodeId());
    });
  }
}

export function readRecordingMedia(row: RecordedRow): RecordingMedia | undefined {
  if (row.media === null) return undefined;
  const media: RecordingMedia = JSON.parse(row.media);
  return media;
}

export function readStreamIds(row: RecordedRow): readonly string[] {
  const streamIds: string[] = JSON.parse(row.stream_ids);
  return streamIds;
}
