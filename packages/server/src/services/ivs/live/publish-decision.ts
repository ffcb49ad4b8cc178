import type { AllowedPublish, PublishName, PublishRequest, PublishSecret } from "@rolecast/media";
import type { Kysely } from "kysely";
import type { Ids } from "../../../kernel/ids.ts";
import { ladderOf, sourceLimitsOf } from "../channels/channel-types.ts";
import { channelArn } from "../channels/channel-view.ts";
import { multitrackPlan } from "../channels/multitrack.ts";
import { secureWay } from "../ingest-protocols.ts";
import { recordingPlan } from "../recording/recording-plan.ts";
import { arns } from "../resource-arn.ts";
import { selectChannel } from "../rows/channels.ts";
import { findRecordingConfiguration } from "../rows/recording-configurations.ts";
import { findStreamKey } from "../rows/stream-keys.ts";
import type { ChannelRow, IvsTables, RecordingConfigurationRow } from "../tables.ts";

/** `st-1` and 22 more: stream ids have 26 characters, and all real ones begin so. */
const STREAM_ID_RANDOM_LENGTH = 22;
export const STREAM_ID_PREFIX = "st-";
/** One sentence for every kind of wrong key, so that it reveals nothing about the others. */
export const WRONG_KEY = { allow: false, reason: "Invalid stream key" } as const;

/** A refusal names its channel to the log, where the key is one of the channel's. */
export type DecidedPublish =
  | AllowedPublish
  | { readonly allow: false; readonly reason: string; readonly channelArn?: string };

/** Whether an encoder may publish: a question only, nothing is written. */
export async function decidePublish(
  request: PublishRequest,
  db: Kysely<IvsTables>,
  ids: Ids,
): Promise<DecidedPublish> {
  const channel = await channelOfKey(request.name, db);
  if (!channel) return WRONG_KEY;
  if (!request.secure && channel.insecure_ingest === 0) {
    const way = secureWay(request.protocol);
    const reason = `This channel takes ${way} only (insecureIngest is false)`;
    return { allow: false, reason, channelArn: channelArn(channel) };
  }
  const configuration = await attachedConfiguration(channel, db);
  return {
    allow: true,
    streamName: channelArn(channel),
    lowLatency: channel.latency_mode === "LOW",
    streamId: `${STREAM_ID_PREFIX}1${ids.alphanumeric(STREAM_ID_RANDOM_LENGTH)}`,
    container: channel.container_format === "FRAGMENTED_MP4" ? "fmp4" : "mpegts",
    multitrack: multitrackPlan(channel),
    ladder: ladderOf(channel.type, channel.preset),
    sourceLimits: sourceLimitsOf(channel.type),
    recording: configuration && recordingPlan(configuration, channel),
  };
}

/**
 * The secret that an encoder must know beside the stream key; undefined where there is no such key.
 */
export async function publishSecretOf(
  { name }: PublishName,
  db: Kysely<IvsTables>,
): Promise<PublishSecret | undefined> {
  const channel = await channelOfKey(name, db);
  if (!channel) return undefined;
  return { secret: channel.srt_passphrase, required: channel.insecure_ingest === 0 };
}

async function channelOfKey(
  streamKey: string,
  db: Kysely<IvsTables>,
): Promise<ChannelRow | undefined> {
  const key = await findStreamKey(streamKey, db);
  if (!key) return undefined;
  const at = { accountId: key.account_id, region: key.region };
  return selectChannel(db, at, key.channel_id);
}

/** The recording configuration that a channel refers to. */
export async function attachedConfiguration(
  channel: ChannelRow,
  db: Kysely<IvsTables>,
): Promise<RecordingConfigurationRow | undefined> {
  const reference = arns.parse(channel.recording_configuration_arn);
  if (reference?.type !== "recording-configuration") return undefined;
  return findRecordingConfiguration(db, reference, reference.id);
}
