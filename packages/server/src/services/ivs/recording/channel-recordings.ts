import type { RecordingStart } from "@rolecast/media";
import type {
  NextRecording,
  RecordingEventFacts,
  RecordingKind,
  RecordingMetadata,
  RecordingOutcome,
} from "../../../kernel/recordings/recording-kind.ts";
import { readStreamIds } from "../../../kernel/recordings/recording-store.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { arns } from "../resource-arn.ts";
import { channelRecordingRows } from "../rows/recordings.ts";
import type { EventSubject } from "../sessions/ivs-event.ts";
import type { SessionJournal } from "../sessions/session-journal.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";
import { type MergeTraits, mergeTraits, whyNotMerged } from "./merge-rules.ts";
import { recordingMetadataText, recordingPrefix } from "./recording-metadata.ts";

/** Recordings of channels: a channel's streams, by its recording configuration. */
export class ChannelRecordings implements RecordingKind<RecordingRow> {
  readonly rows = channelRecordingRows;
  readonly #journal: Pick<SessionJournal, "append">;

  constructor(journal: Pick<SessionJournal, "append">) {
    this.#journal = journal;
  }

  prefix(row: RecordingRow, startedAtMs: number): string {
    return recordingPrefix(row.account_id, row.channel_id, row.recording_id, startedAtMs);
  }

  metadataText(row: RecordingRow, metadata: RecordingMetadata, outcome: RecordingOutcome): string {
    const subject = subjectOf(row);
    const channelArn = arns.arn(subject, "channel", subject.channelId);
    return recordingMetadataText({ channelArn, ...metadata }, outcome);
  }

  traits(start: RecordingStart): string {
    return JSON.stringify(mergeTraits(start));
  }

  whyNotMerged(earlier: RecordingRow, own: RecordingRow, next: NextRecording): string | undefined {
    if (earlier.recording_configuration_arn !== own.recording_configuration_arn)
      return "the channel has another recording configuration";
    return whyNotMerged(
      {
        traits: JSON.parse(earlier.traits ?? "{}") as MergeTraits,
        streams: readStreamIds(earlier).length,
        startedAtMs: earlier.started_at_ms ?? earlier.created_at_ms,
        closesAtMs: earlier.closes_at_ms ?? 0,
      },
      {
        traits: JSON.parse(next.traits) as MergeTraits,
        startedAtMs: next.startedAtMs,
        connectedAtMs: own.created_at_ms,
      },
    );
  }

  goesOnWith({ channel_name }: RecordingRow): Readonly<Record<string, string>> {
    return { channel_name };
  }

  async append(tx: Transaction, row: RecordingRow, facts: RecordingEventFacts): Promise<void> {
    const { name, atMs, durationMs, reason, prefix } = facts;
    await this.#journal.append(tx.tables<IvsTables>(), subjectOf(row), {
      type: "IVS Recording State Change",
      name,
      failure: reason !== "",
      atMs,
      detail: {
        recording_status_reason: reason,
        recording_s3_bucket_name: row.bucket_name,
        recording_s3_key_prefix: prefix,
        recording_duration_ms: durationMs,
        recording_session_id: row.recording_session_id,
        recording_session_stream_ids: readStreamIds(row),
      },
    });
  }
}

/** The subject of a recording's events: its latest stream. */
function subjectOf(row: RecordingRow): EventSubject {
  return {
    accountId: row.account_id,
    region: row.region,
    channelId: row.channel_id,
    channelName: row.channel_name,
    streamId: row.last_stream_id,
  };
}
