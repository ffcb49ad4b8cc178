import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { pageOf } from "../../../kernel/tagged-resources/page-position.ts";
import { decisions } from "../authorization.ts";
import { channelArn, hostsFor, playbackUrl } from "../channels/channel-view.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { channelNotBroadcasting, conflict, validation } from "../errors.ts";
import type { LiveStreams } from "../live/live-streams.ts";
import { arns } from "../resource-arn.ts";
import { resources } from "../rows/resources.ts";
import { listPlayableSessions, selectOpenSession } from "../rows/stream-sessions.ts";
import type { ChannelRow, IvsTables, StreamSessionRow } from "../tables.ts";
import { shownTime } from "./stream-session-view.ts";

const MAX_RESULTS_DEFAULT = 100;
/** Source: IVS API Reference, PutMetadata. */
const METADATA_BYTES_MAX = 1_024;
const AD_BREAK_ID_LENGTH = 12;

/** A stream is the broadcast of a channel from the moment that it can be played. */
export function streamOperations(deps: IvsDependencies, live: LiveStreams): OperationTable {
  return defineOperations<typeof ivs>()({
    GetStream: decisions.operation(
      "channel",
      ({ channelArn }) => channelArn,
      async (channel, _input, context) => {
        const session = await selectOpenSession(context.db<IvsTables>(), context, channel.id);
        if (!session || session.started_at_ms === null)
          throw channelNotBroadcasting(channelArn(channel));
        const counts = await live.directory.viewerCounts([session]);
        const summary = streamSummary(session, counts);
        return {
          stream: { ...summary, playbackUrl: playbackUrl(channel, hostsFor(deps, context)) },
        };
      },
    ),
    ListStreams: {
      authorize: (_input, context) => decisions.onAny("ListStreams", "channel", context),
      handle: (input, context) => listStreams(input, context, live),
    },
    PutMetadata: decisions.operation(
      "channel",
      ({ channelArn }) => channelArn,
      async (channel, { metadata }) => {
        const arn = channelArn(channel);
        if (Buffer.byteLength(metadata) > METADATA_BYTES_MAX)
          throw validation("Metadata size exceeds payload limit");
        const owner = await live.directory.ownerOf(arn);
        if (!(await owner.putMetadata(arn, metadata))) throw channelNotBroadcasting(arn);
        return {};
      },
    ),
    InsertAdBreak: decisions.operation(
      "channel",
      ({ channelArn }) => channelArn,
      (channel, input, context) => insertAdBreak(channel, input, context, deps, live),
    ),
    StopStream: decisions.operation(
      "channel",
      ({ channelArn }) => channelArn,
      async (channel) => {
        const arn = channelArn(channel);
        const owner = await live.directory.ownerOf(arn);
        if (!(await owner.stopStream(arn))) throw channelNotBroadcasting(arn);
        return {};
      },
    ),
  });
}

async function insertAdBreak(
  channel: ChannelRow,
  { channelArn: arn, durationSeconds }: Checked<ivs.InsertAdBreakRequest>,
  context: RequestContext,
  deps: IvsDependencies,
  live: LiveStreams,
): Promise<ivs.InsertAdBreakResponse> {
  if (!(await selectOpenSession(context.db<IvsTables>(), context, channel.id)))
    throw channelNotBroadcasting(arn);
  if (!channel.ad_configuration_arn) throw validation(`Channel: ${arn} has no ad configuration`);
  const adBreakId = deps.ids.alphanumeric(AD_BREAK_ID_LENGTH);
  const owner = await live.directory.ownerOf(arn);
  const insertion = await owner.insertAdBreak(arn, adBreakId, durationSeconds * 1_000);
  if (insertion === "offline") throw channelNotBroadcasting(arn);
  if (insertion === "overlapping")
    throw conflict(`An earlier ad break of channel: ${arn} isn't over yet`);
  return { adBreakId };
}

function streamSummary(
  session: StreamSessionRow,
  viewers: ReadonlyMap<string, number>,
): ivs.StreamSummary {
  const at = { accountId: session.account_id, region: session.region };
  return {
    channelArn: arns.arn(at, "channel", session.channel_id),
    streamId: session.stream_id,
    state: "LIVE",
    health: session.health,
    viewerCount: viewers.get(session.stream_id) ?? 0,
    startTime: shownTime(session.started_at_ms ?? session.created_at_ms),
  };
}

async function listStreams(
  input: Checked<ivs.ListStreamsRequest>,
  context: RequestContext,
  live: LiveStreams,
): Promise<ivs.ListStreamsResponse> {
  const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
  const health = input.filterBy?.health;
  const scope = ["ListStreams", context.accountId, context.region, health ?? ""];
  const after = resources.readPosition(input.nextToken, scope);
  const db = context.db<IvsTables>();
  const rows = await listPlayableSessions(db, context, health, after, limit + 1);
  const page = pageOf(rows, limit, scope, (row) => ({
    createdAtMs: row.created_at_ms,
    id: row.stream_id,
  }));
  const viewers = await live.directory.viewerCounts(page.rows);
  const streams = page.rows.map((session) => streamSummary(session, viewers));
  return { streams, nextToken: page.nextToken };
}
