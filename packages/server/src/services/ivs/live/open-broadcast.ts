import type { Kysely } from "kysely";
import type { Ids } from "../../../kernel/ids.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { recordingConfigurationArn } from "../recording-configurations/recording-configuration-view.ts";
import { arns } from "../resource-arn.ts";
import { selectChannel } from "../rows/channels.ts";
import { type PlaybackRules, readPlaybackRules } from "../rows/playback-rules.ts";
import { insertRecording } from "../rows/recordings.ts";
import {
  countOtherStreams,
  deleteSessions,
  insertSession,
  selectOpenSession,
} from "../rows/stream-sessions.ts";
import type { EventSubject } from "../sessions/ivs-event.ts";
import { newSessionState, type SessionJournal } from "../sessions/session-journal.ts";
import type {
  ChannelRow,
  IvsTables,
  RecordingConfigurationRow,
  RecordingRow,
  StreamSessionRow,
} from "../tables.ts";
import { attachedConfiguration } from "./publish-decision.ts";

/** Recording ids and session ids have 12 characters in real prefixes and events. */
const RECORDING_ID_LENGTH = 12;

export interface BroadcastToOpen {
  readonly streamId: string;
  /** The channel's ARN. */
  readonly streamName: string;
  readonly recording: boolean;
  readonly atMs: number;
  /** The publisher's; 0 for none. */
  readonly priority: number;
  /** This node. */
  readonly owner: string;
  /** The account's quota in the Region; undefined for none. */
  readonly streamsMax: number | undefined;
}

/** A broadcast's rows: the channel and configuration as they were when it began. */
export interface OpenedRows {
  readonly subject: EventSubject;
  readonly channel: ChannelRow;
  readonly rules: PlaybackRules;
  readonly recording: RecordingRow | undefined;
  /** The configuration is CREATE_FAILED: nothing can be recorded with it. */
  readonly recordingBound: "fail" | "record";
}

/**
 * Writes the session, its recording and the event Session Created, in one transaction. Undefined
 * when the channel was deleted, another node's publisher was first, or the account's quota was used
 * up in the moment since this one was let in.
 */
export async function openBroadcast(
  broadcast: BroadcastToOpen,
  store: Store,
  journal: SessionJournal,
  ids: Ids,
): Promise<OpenedRows | undefined> {
  const reference = arns.parse(broadcast.streamName);
  if (reference === undefined) return undefined;
  const open = async (tx: Transaction<IvsTables>): Promise<OpenedRows | undefined> => {
    const { db } = tx;
    if (tx.isInDoubt) await deleteSessions(db, [broadcast.streamId]);
    const channel = await selectChannel(db, reference, reference.id);
    if (!channel || (await isElsewhere(broadcast, channel, db))) return undefined;
    const { streamsMax } = broadcast;
    if (
      streamsMax !== undefined &&
      (await countOtherStreams(reference, channel.id, db)) >= streamsMax
    )
      return undefined;
    const attached = await attachedConfiguration(channel, db);
    const configuration = broadcast.recording ? attached : undefined;
    const subject: EventSubject = {
      accountId: channel.account_id,
      region: channel.region,
      channelId: channel.id,
      channelName: channel.name,
      streamId: broadcast.streamId,
    };
    await insertSession(db, newSession(broadcast, channel, attached));
    const recording = configuration && newRecording(subject, configuration, broadcast, ids);
    if (recording) await insertRecording(db, recording);
    await journal.append(tx, subject, {
      type: "IVS Stream State Change",
      name: "Session Created",
      atMs: broadcast.atMs,
    });
    const bound = configuration?.settled_state === "CREATE_FAILED" ? "fail" : "record";
    const rules = await readPlaybackRules(channel, db);
    return { subject, channel, rules, recording, recordingBound: bound };
  };
  return store.tables<IvsTables>().transaction(open, { patient: true, repeatable: true });
}

/** At most one node has a stream of a channel. */
async function isElsewhere(
  { owner }: BroadcastToOpen,
  channel: ChannelRow,
  db: Kysely<IvsTables>,
): Promise<boolean> {
  const at = { accountId: channel.account_id, region: channel.region };
  const session = await selectOpenSession(db, at, channel.id);
  return session !== undefined && session.owner !== owner;
}

function newSession(
  { streamId, atMs, owner, priority }: BroadcastToOpen,
  channel: ChannelRow,
  configuration: RecordingConfigurationRow | undefined,
): StreamSessionRow {
  return {
    ...newSessionState(atMs),
    stream_id: streamId,
    owner,
    priority,
    account_id: channel.account_id,
    region: channel.region,
    channel_id: channel.id,
    channel: JSON.stringify(channel),
    recording_configuration: configuration ? JSON.stringify(configuration) : null,
  };
}

function newRecording(
  subject: EventSubject,
  configuration: RecordingConfigurationRow,
  { atMs, owner }: BroadcastToOpen,
  ids: Ids,
): RecordingRow {
  return {
    stream_id: subject.streamId,
    account_id: subject.accountId,
    region: subject.region,
    channel_id: subject.channelId,
    channel_name: subject.channelName,
    recording_configuration_arn: recordingConfigurationArn(configuration),
    bucket_name: configuration.bucket_name,
    key_prefix: "",
    recording_id: ids.alphanumeric(RECORDING_ID_LENGTH),
    recording_session_id: ids.alphanumeric(RECORDING_ID_LENGTH),
    state: "waiting",
    created_at_ms: atMs,
    started_at_ms: null,
    ended_at_ms: null,
    media: null,
    reconnect_window_seconds: configuration.reconnect_window_seconds,
    stream_ids: JSON.stringify([subject.streamId]),
    last_stream_id: subject.streamId,
    traits: null,
    stream_ended_at_ms: null,
    closes_at_ms: null,
    duration_ms: null,
    thumbnail_count: 0,
    written: "[]",
    owner,
    fence: 0,
  };
}
