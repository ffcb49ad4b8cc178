import type * as ivs from "@aws-sdk/client-ivs";
import type { Kysely } from "kysely";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onAny, onResource, requestTagKeys } from "../authorization.ts";
import { batchGet, decidedByItem } from "../batch-items.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { conflict, quotaExceeded } from "../errors.ts";
import { isAfter, pageOf, positionOf, readPosition } from "../page-token.ts";
import type { IvsQuotas } from "../quotas.ts";
import { parseResourceArn, resourceArn } from "../resource-arn.ts";
import { resourceOperation } from "../resource-operation.ts";
import { requireChannel } from "../rows/channels.ts";
import { requireResource } from "../rows/resources.ts";
import { selectStreamKeys } from "../rows/stream-keys.ts";
import { selectOpenSession } from "../rows/stream-sessions.ts";
import { refuseReservedTags, writeTags } from "../rows/tags.ts";
import type { ChannelRow, IvsTables } from "../tables.ts";
import {
  type ChannelSettings,
  type ChannelSettingsInput,
  changeChannelSettings,
  DEFAULT_CHANNEL_SETTINGS,
} from "./channel-settings.ts";
import { channelArn, channelSummary, channelView, streamKeyView } from "./channel-view.ts";
import { newStreamKey } from "./stream-keys.ts";

const RESOURCE_ID_LENGTH = 12;
/** The longest that libsrt takes, and what real channels have. */
const SRT_PASSPHRASE_LENGTH = 79;
const MAX_RESULTS_DEFAULT = 100;

export function channelOperations(deps: IvsDependencies, quotas: IvsQuotas): OperationTable {
  return defineOperations<typeof ivs>()({
    CreateChannel: {
      authorize(input, context) {
        const keys = requestTagKeys(input.tags);
        return [
          onAny("CreateChannel", "channel", context, keys),
          onAny("CreateChannel", "stream-key", context, keys),
        ];
      },
      handle: (input, context) => createChannel(input, context, deps, quotas),
    },
    GetChannel: resourceOperation(
      "channel",
      ({ arn }) => arn,
      (channel) => ({ channel: channelView(channel, deps) }),
    ),
    BatchGetChannel: {
      authorize: decidedByItem,
      async handle(input, context) {
        const viewOf = (channel: ChannelRow) => channelView(channel, deps);
        const { found, errors } = await batchGet("channel", input.arns, viewOf, context);
        return { channels: found, errors };
      },
    },
    UpdateChannel: {
      authorize: (input, context) => onResource("UpdateChannel", input.arn, context),
      handle: (input, context) => updateChannel(input, context, deps),
    },
    DeleteChannel: { authorize: authorizeDelete, handle: deleteChannel },
    ListChannels: {
      authorize: (_input, context) => onAny("ListChannels", "channel", context),
      handle: listChannels,
    },
  });
}

async function createChannel(
  input: Checked<ivs.CreateChannelRequest>,
  context: RequestContext,
  deps: IvsDependencies,
  quotas: IvsQuotas,
): Promise<ivs.CreateChannelResponse> {
  refuseReservedTags(Object.keys(input.tags ?? {}));
  const channel: ChannelRow = {
    ...changeChannelSettings(DEFAULT_CHANNEL_SETTINGS, input),
    account_id: context.accountId,
    region: context.region,
    id: deps.ids.alphanumeric(RESOURCE_ID_LENGTH),
    tags: writeTags(input.tags),
    srt_passphrase: deps.ids.alphanumeric(SRT_PASSPHRASE_LENGTH),
    created_at_ms: context.nowMs,
  };
  // The tags are the channel's: real answers show the key without any.
  const streamKey = newStreamKey(channel.id, undefined, context, deps.ids);
  await context.transaction<IvsTables, void>(async ({ db }) => {
    await requireReferences(input, context, db);
    const { count } = await db
      .selectFrom("ivs_channels")
      .select((select) => select.fn.countAll<number>().as("count"))
      .where("account_id", "=", context.accountId)
      .where("region", "=", context.region)
      .executeTakeFirstOrThrow();
    if (Number(count) >= quotas.channels) throw quotaExceeded("channels", quotas.channels);
    await db.insertInto("ivs_channels").values(channel).execute();
    await db.insertInto("ivs_stream_keys").values(streamKey).execute();
  });
  return { channel: channelView(channel, deps), streamKey: streamKeyView(streamKey) };
}

/** Checks that everything a channel refers to exists. */
async function requireReferences(
  input: ChannelSettingsInput,
  context: RequestContext,
  db: Kysely<IvsTables>,
): Promise<void> {
  const recording = input.recordingConfigurationArn;
  const { playbackRestrictionPolicyArn: policy, adConfigurationArn: ads } = input;
  if (recording) await requireResource("recording-configuration", recording, context, db);
  if (policy) await requireResource("playback-restriction-policy", policy, context, db);
  if (ads) await requireResource("ad-configuration", ads, context, db);
}

async function updateChannel(
  input: Checked<ivs.UpdateChannelRequest>,
  context: RequestContext,
  deps: IvsDependencies,
): Promise<ivs.UpdateChannelResponse> {
  const channel = await context.transaction<IvsTables, ChannelRow>(async ({ db }) => {
    const before = await requireChannel(input.arn, context, db);
    await refuseWhileLive(before, db);
    await requireReferences(input, context, db);
    const settings: ChannelSettings = changeChannelSettings(settingsOf(before), input);
    await db
      .updateTable("ivs_channels")
      .set(settings)
      .where("account_id", "=", before.account_id)
      .where("region", "=", before.region)
      .where("id", "=", before.id)
      .execute();
    return { ...before, ...settings };
  });
  return { channel: channelView(channel, deps) };
}

function settingsOf(row: ChannelRow): ChannelSettings {
  const { account_id, region, id, tags, created_at_ms, srt_passphrase, ...settings } = row;
  return settings;
}

async function refuseWhileLive(channel: ChannelRow, db: Kysely<IvsTables>): Promise<void> {
  const at = { accountId: channel.account_id, region: channel.region };
  if (await selectOpenSession(db, at, channel.id))
    throw conflict(`Channel: ${channelArn(channel)} is currently online`);
}

/** Deleting a channel deletes its stream keys, so both must be allowed. */
async function authorizeDelete(
  input: Checked<ivs.DeleteChannelRequest>,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const channel = await onResource("DeleteChannel", input.arn, context);
  const reference = parseResourceArn(input.arn);
  if (reference?.type !== "channel") return [channel];
  const keys = await selectStreamKeys(context.db<IvsTables>(), reference, reference.id);
  const arns = keys.map((key) => resourceArn(reference, "stream-key", key.id));
  const onKeys = arns.map((arn) => onResource("DeleteChannel", arn, context));
  return [channel, ...(await Promise.all(onKeys))];
}

async function deleteChannel(
  input: Checked<ivs.DeleteChannelRequest>,
  context: RequestContext,
): Promise<Record<string, never>> {
  await context.transaction<IvsTables, void>(async ({ db }) => {
    const channel = await requireChannel(input.arn, context, db);
    await refuseWhileLive(channel, db);
    await db
      .deleteFrom("ivs_stream_keys")
      .where("account_id", "=", channel.account_id)
      .where("region", "=", channel.region)
      .where("channel_id", "=", channel.id)
      .execute();
    await db
      .deleteFrom("ivs_channels")
      .where("account_id", "=", channel.account_id)
      .where("region", "=", channel.region)
      .where("id", "=", channel.id)
      .execute();
  });
  return {};
}

/** Filters of ListChannels and their columns: at most one may be given. */
const FILTERS = [
  ["filterByName", "name"],
  ["filterByRecordingConfigurationArn", "recording_configuration_arn"],
  ["filterByPlaybackRestrictionPolicyArn", "playback_restriction_policy_arn"],
  ["filterByAdConfigurationArn", "ad_configuration_arn"],
] as const;

async function listChannels(
  input: Checked<ivs.ListChannelsRequest>,
  context: RequestContext,
): Promise<ivs.ListChannelsResponse> {
  const filters = FILTERS.flatMap(([member, column]) => {
    const value = input[member];
    return value ? [{ member, column, value }] : [];
  });
  if (filters.length > 1)
    throw conflict(`Only one filter is allowed: ${filters.map((f) => f.member).join(", ")}`);
  const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
  const chosen = filters.map((filter) => `${filter.member}=${filter.value}`);
  const scope = ["ListChannels", context.accountId, context.region, ...chosen];
  const after = readPosition(input.nextToken, scope);
  let query = context
    .db<IvsTables>()
    .selectFrom("ivs_channels")
    .selectAll()
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .orderBy("created_at_ms")
    .orderBy("id")
    .limit(limit + 1);
  for (const { column, value } of filters) query = query.where(column, "=", value);
  if (after) query = query.where(isAfter(after));
  const page = pageOf(await query.execute(), limit, scope, positionOf);
  return { channels: page.rows.map(channelSummary), nextToken: page.nextToken };
}
