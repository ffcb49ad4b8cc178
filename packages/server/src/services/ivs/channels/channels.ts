import type * as ivs from "@aws-sdk/client-ivs";
import type { Kysely } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import {
  type Decidable,
  defineOperations,
  type OperationTable,
  withSubject,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { ListFilter, ResourceRow } from "../../../kernel/tagged-resources/tagged-rows.ts";
import { newTags, writeTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import { batchGet, decidedByItem } from "../batch-items.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { conflict } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { resources } from "../rows/resources.ts";
import { deleteStreamKeys, selectStreamKeys } from "../rows/stream-keys.ts";
import { selectOpenSession } from "../rows/stream-sessions.ts";
import type { ChannelRow, IvsTables, StreamKeyRow } from "../tables.ts";
import {
  type ChannelSettings,
  type ChannelSettingsInput,
  changeChannelSettings,
  DEFAULT_CHANNEL_SETTINGS,
} from "./channel-settings.ts";
import {
  channelArn,
  channelSummary,
  channelView,
  hostsFor,
  streamKeyView,
} from "./channel-view.ts";
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
          decisions.onAny("CreateChannel", "channel", context, keys),
          decisions.onAny("CreateChannel", "stream-key", context, keys),
        ];
      },
      handle: (input, context) => createChannel(input, context, deps, quotas),
    },
    GetChannel: decisions.operation(
      "channel",
      ({ arn }) => arn,
      (channel, _input, context) => ({ channel: channelView(channel, hostsFor(deps, context)) }),
    ),
    BatchGetChannel: {
      authorize: decidedByItem,
      async handle(input, context) {
        const hosts = hostsFor(deps, context);
        const viewOf = (channel: ChannelRow) => channelView(channel, hosts);
        const { found, errors } = await batchGet("channel", input.arns, viewOf, context);
        return { channels: found, errors };
      },
    },
    UpdateChannel: decisions.operation(
      "channel",
      ({ arn }) => arn,
      (channel, input, context) => updateChannel(channel, input, context, deps),
    ),
    DeleteChannel: withSubject({ authorize: decideDelete, handle: deleteChannel }),
    ListChannels: {
      authorize: (_input, context) => decisions.onAny("ListChannels", "channel", context),
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
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const channel: ChannelRow = {
    ...changeChannelSettings(DEFAULT_CHANNEL_SETTINGS, input),
    account_id: context.accountId,
    region: context.region,
    id: deps.ids.alphanumeric(RESOURCE_ID_LENGTH),
    tags: newTags(input.tags, context),
    srt_passphrase: deps.ids.alphanumeric(SRT_PASSPHRASE_LENGTH),
    created_at_ms: context.nowMs,
  };
  // The tags are the channel's: real answers show the key without any.
  const streamKey = newStreamKey(channel.id, writeTags(undefined), context, deps.ids);
  await context.transaction<IvsTables, void>(async ({ db }) => {
    await requireReferences(input, context, db);
    await resources.requireRoom("channel", quotas.channels, "channels", context, db);
    await resources.insert("channel", channel, db);
    await resources.insert("stream-key", streamKey, db);
  });
  const hosts = hostsFor(deps, context);
  return { channel: channelView(channel, hosts), streamKey: streamKeyView(streamKey) };
}

/** Checks that everything a channel refers to exists. */
async function requireReferences(
  input: ChannelSettingsInput,
  context: RequestContext,
  db: Kysely<IvsTables>,
): Promise<void> {
  const recording = input.recordingConfigurationArn;
  const { playbackRestrictionPolicyArn: policy, adConfigurationArn: ads } = input;
  if (recording) await resources.require("recording-configuration", recording, context, db);
  if (policy) await resources.require("playback-restriction-policy", policy, context, db);
  if (ads) await resources.require("ad-configuration", ads, context, db);
}

async function updateChannel(
  decided: ChannelRow,
  input: Checked<ivs.UpdateChannelRequest>,
  context: RequestContext,
  deps: IvsDependencies,
): Promise<ivs.UpdateChannelResponse> {
  const channel = await context.transaction<IvsTables, ChannelRow>(async ({ db }) => {
    const before = await resources.current("channel", decided, db);
    await refuseWhileLive(before, db);
    await requireReferences(input, context, db);
    const settings: ChannelSettings = changeChannelSettings(settingsOf(before), input);
    await resources.set("channel", before, settings, db);
    return { ...before, ...settings };
  });
  return { channel: channelView(channel, hostsFor(deps, context)) };
}

function settingsOf(row: ChannelRow): ChannelSettings {
  const { account_id, region, id, tags, created_at_ms, srt_passphrase, ...settings } = row;
  return settings;
}

async function refuseWhileLive(channel: ChannelRow, db: Kysely<IvsTables>): Promise<void> {
  if (await selectOpenSession(db, placeOf(channel), channel.id))
    throw conflict(`Channel: ${channelArn(channel)} is currently online`);
}

function placeOf({ account_id: accountId, region }: ChannelRow): ResourceLocation {
  return { accountId, region };
}

/** A channel and the stream keys that go with it. */
interface DecidedChannel {
  readonly channel: ResourceRow | undefined;
  readonly keys: readonly StreamKeyRow[];
}

/** Deleting a channel deletes its stream keys, so both must be allowed. */
async function decideDelete(
  { arn }: Checked<ivs.DeleteChannelRequest>,
  context: RequestContext,
): Promise<Decidable<DecidedChannel>> {
  const channel = await resources.find(arn, context);
  const pairs = [decisions.onRow("DeleteChannel", arn, channel)];
  if (!channel) return { pairs, subject: { channel, keys: [] } };
  const at = { accountId: channel.account_id, region: channel.region };
  const keys = await selectStreamKeys(context.db<IvsTables>(), at, channel.id);
  const onKeys = keys.map((key) =>
    decisions.onRow("DeleteChannel", arns.arn(at, "stream-key", key.id), key),
  );
  return { pairs: [...pairs, ...onKeys], subject: { channel, keys } };
}

async function deleteChannel(
  { arn }: Checked<ivs.DeleteChannelRequest>,
  context: RequestContext,
  decided: DecidedChannel,
): Promise<Record<string, never>> {
  const channel = resources.own("channel", arn, decided.channel, context);
  await context.transaction<IvsTables, void>(async ({ db }) => {
    await refuseWhileLive(channel, db);
    const at = placeOf(channel);
    await deleteStreamKeys(
      db,
      at,
      decided.keys.map(({ id }) => id),
    );
    if ((await selectStreamKeys(db, at, channel.id)).length > 0)
      throw conflict(`Channel: ${arn} got another stream key in the meantime`);
    await resources.delete("channel", channel, db);
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
  const given = FILTERS.filter(([member]) => input[member]);
  if (given.length > 1)
    throw conflict(`Only one filter is allowed: ${given.map(([member]) => member).join(", ")}`);
  const filters = given.map(
    ([member, column]): ListFilter<ChannelRow> => ({ column, value: input[member] ?? "" }),
  );
  const page = await resources.list("channel", input, MAX_RESULTS_DEFAULT, context, filters[0]);
  return { channels: page.rows.map(channelSummary), nextToken: page.nextToken };
}
