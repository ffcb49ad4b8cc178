import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onResource } from "../authorization.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { resourceNotFound } from "../errors.ts";
import { isBefore, pageOf, readPosition } from "../page-token.ts";
import { selectChannel } from "../rows/channels.ts";
import { ownReference } from "../rows/tags.ts";
import { SESSION_EVENTS_MAX } from "../sessions/session-journal.ts";
import type { IvsTables, StreamSessionRow } from "../tables.ts";
import { streamSessionSummary, streamSessionView } from "./stream-session-view.ts";

const MAX_RESULTS_DEFAULT = 100;

/** Sessions outlive their channel: both operations answer for one that is deleted. */
export function streamSessionOperations(deps: IvsDependencies): OperationTable {
  return defineOperations<typeof ivs>()({
    ListStreamSessions: {
      authorize: (input, context) => onResource("ListStreamSessions", input.channelArn, context),
      handle: listStreamSessions,
    },
    GetStreamSession: {
      authorize: (input, context) => onResource("GetStreamSession", input.channelArn, context),
      handle: (input, context) => getStreamSession(input, context, deps),
    },
  });
}

function sessionsOf(channelId: string, context: RequestContext) {
  return context
    .db<IvsTables>()
    .selectFrom("ivs_stream_sessions")
    .selectAll()
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .where("channel_id", "=", channelId)
    .orderBy("created_at_ms", "desc")
    .orderBy("stream_id", "desc");
}

async function listStreamSessions(
  input: Checked<ivs.ListStreamSessionsRequest>,
  context: RequestContext,
): Promise<ivs.ListStreamSessionsResponse> {
  const { id } = ownReference(input.channelArn, "channel", context);
  const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
  const scope = ["ListStreamSessions", context.accountId, context.region, id];
  const after = readPosition(input.nextToken, scope);
  let query = sessionsOf(id, context).limit(limit + 1);
  if (after) query = query.where(isBefore(after, "stream_id"));
  const rows = await query.execute();
  if (rows.length === 0 && !after && !(await selectChannel(context.db(), context, id)))
    throw resourceNotFound(input.channelArn);
  const page = pageOf(rows, limit, scope, (row) => ({
    createdAtMs: row.created_at_ms,
    id: row.stream_id,
  }));
  return { streamSessions: page.rows.map(streamSessionSummary), nextToken: page.nextToken };
}

async function getStreamSession(
  input: Checked<ivs.GetStreamSessionRequest>,
  context: RequestContext,
  deps: IvsDependencies,
): Promise<ivs.GetStreamSessionResponse> {
  const { id } = ownReference(input.channelArn, "channel", context);
  let query = sessionsOf(id, context).limit(1);
  if (input.streamId) query = query.where("stream_id", "=", input.streamId);
  const session: StreamSessionRow | undefined = await query.executeTakeFirst();
  if (!session) throw resourceNotFound(input.streamId ?? input.channelArn);
  const events = await context
    .db<IvsTables>()
    .selectFrom("ivs_stream_events")
    .selectAll()
    .where("stream_id", "=", session.stream_id)
    .orderBy("event_time_ms", "desc")
    .orderBy("sequence", "desc")
    .limit(SESSION_EVENTS_MAX)
    .execute();
  return { streamSession: streamSessionView(session, events, deps) };
}
