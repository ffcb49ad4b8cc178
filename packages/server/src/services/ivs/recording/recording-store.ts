import type { RecordingFileRow, RecordingMedia } from "@rolecast/media";
import type { Alongside } from "../../../kernel/invoke.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import {
  deleteRecordingFiles,
  listRecordingFiles,
  putRecordingFile,
} from "../rows/recording-files.ts";
import {
  claimEnding,
  continueRecording,
  findFence,
  findRecordingBefore,
  findWritten,
  hasWaiting,
  listReconnectable,
  listUnfinished,
  type RecordingChange,
  setRecording,
  setWritten,
} from "../rows/recordings.ts";
import type { EventSubject, IvsOccurrence } from "../sessions/ivs-event.ts";
import { LeaseLostError } from "../sessions/lease-lost.ts";
import type { SessionJournal } from "../sessions/session-journal.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";
import { type MergeTraits, type NextStream, whyNotMerged } from "./merge-rules.ts";
import { readWrittenParts } from "./written-parts.ts";

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
    return async (tx) => {
      const fence = await findFence(tx.tables<IvsTables>().db, recording.stream_id);
      if (fence !== recording.fence) throw new LeaseLostError();
    };
  }

  /** Changes the recording and records what happened to its latest stream, in one transaction. */
  async change(
    recording: RecordingRow,
    change: RecordingChange,
    ...occurrences: readonly IvsOccurrence[]
  ): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (!(await setRecording(tx.db, recording, change))) throw new LeaseLostError();
      // The files are kept for the process that must finish the recording, so only until it is
      // over.
      if (change.ended_at_ms !== undefined) await deleteRecordingFiles(tx.db, recording.stream_id);
      for (const occurrence of occurrences)
        await this.#journal.append(tx, subjectOf(recording), occurrence);
    });
  }

  /**
   * Remembers a file, in the transaction that puts it into the bucket: there is none of which the
   * process that finishes the recording doesn't know. It may be put again when its commit is in
   * doubt.
   */
  file(recording: RecordingRow, file: RecordingFileRow): Alongside {
    return (tx) => putRecordingFile(tx.tables<IvsTables>().db, recording, file);
  }

  /** Notes a part of the recording, in the transaction that puts it into the bucket. */
  part(recording: RecordingRow, part: string): Alongside {
    return async (tx) => {
      const { db } = tx.tables<IvsTables>();
      const { stream_id: key } = recording;
      const parts = readWrittenParts(await findWritten(db, key));
      if (parts) await setWritten(db, key, JSON.stringify([...parts.add(part)]));
    };
  }

  /** Notes how many thumbnails there are, in the transaction that puts the last of them. */
  thumbnails(recording: RecordingRow, count: number): Alongside {
    return async (tx) => {
      await setRecording(tx.tables<IvsTables>().db, recording, { thumbnail_count: count });
    };
  }

  files(recording: RecordingRow): Promise<RecordingFileRow[]> {
    return listRecordingFiles(this.#store.db, recording.stream_id);
  }

  /** Recordings that no process has finished, and that wait for no process. */
  unfinished(): Promise<RecordingRow[]> {
    return listUnfinished(this.#store.db);
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
      const earlier = await findRecordingBefore(db, own);
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
      const streamIds = [...readStreamIds(earlier), own.stream_id];
      return continueRecording(db, earlier, own, streamIds);
    });
  }

  /** Recordings that wait for a reconnect, the one first whose window is over first. */
  reconnectable(): Promise<RecordingRow[]> {
    return listReconnectable(this.#store.db);
  }

  /**
   * Takes a recording out of its window for good: no stream goes on with it. Undefined when one
   * does, or another node was first, or when one that connected in time has yet to show its media.
   */
  claimEnd(recording: RecordingRow): Promise<RecordingRow | undefined> {
    return this.#store.transaction(async ({ db }) => {
      const { stream_id: key, closes_at_ms: closesAtMs } = recording;
      if (await hasWaiting(db, recording, closesAtMs ?? 0)) return undefined;
      return claimEnding(db, key, this.#nodeId());
    });
  }
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
