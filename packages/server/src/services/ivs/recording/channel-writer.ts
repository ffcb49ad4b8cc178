import { BucketWriter } from "../../../kernel/recordings/bucket-writer.ts";
import type { Patience } from "../../../kernel/recordings/recording-recovery.ts";
import type { RecordingStore } from "../../../kernel/recordings/recording-store.ts";
import { RecordingWriter } from "../../../kernel/recordings/recording-writer.ts";
import type { IvsDependencies } from "../dependencies.ts";
import type { RecordingRow } from "../tables.ts";
import { RoleSession } from "./role-session.ts";

export interface ChannelWriterOptions {
  readonly deps: Pick<IvsDependencies, "invoke" | "sessions" | "clock" | "log">;
  readonly store: RecordingStore<RecordingRow>;
  readonly patience: Patience;
  readonly stopping: AbortSignal;
  readonly windowsChanged: () => void;
}

/** The writer of a stored recording, as a session of the service-linked role of its own. */
export function newChannelWriter(
  row: RecordingRow,
  { deps, store, patience, stopping, windowsChanged }: ChannelWriterOptions,
): RecordingWriter<RecordingRow> {
  const { invoke, sessions, clock, log } = deps;
  const { account_id: accountId, region, bucket_name: bucketName } = row;
  const sessionName = `ivs-recording-${row.recording_id}`;
  const session = new RoleSession({ accountId, region, sessionName, invoke, sessions, clock });
  const bucket = new BucketWriter({
    ...{ bucketName, accountId, region, session, invoke, ...patience, log, stopping },
  });
  return new RecordingWriter({ row, store, bucket, log, windowsChanged });
}
