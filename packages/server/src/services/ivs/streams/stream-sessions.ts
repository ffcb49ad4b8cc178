import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { pageOf } from "../../../kernel/tagged-resources/page-position.ts";
import { decisions } from "../authorization.ts";
import { hostsFor } from "../channels/channel-view.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { resourceNotFound } from "../errors.ts";
import { selectChannel } from "../rows/channels.ts";
import { resources } from "../rows/resources.ts";
import { listEvents } from "../rows/stream-events.ts";
import { findSession, listSessions } from "../rows/stream-sessions.ts";
import type { IvsTables } from "../tables.ts";
import { streamSessionSummary, streamSessionView } from "./stream-session-view.ts";

const MAX_RESULTS_DEFAULT = 100;

/** Sessions outlive their channel: both operations answer for one that is deleted. */
export function streamSessionOperations(deps: IvsDependencies): OperationTable {
  return defineOperations<typeof ivs>()({
    ListStreamSessions: {
      authorize: (input, context) =>
        decisions.onResource("ListStreamSessions", input.channelArn, context),
      handle: listStreamSessions,
    },
    GetStreamSession: {
      authorize: (input, context) =>
        decisions.onResource("GetStreamSession", input.channelArn, context),
      handle: (input, context) => getStreamSession(input, context, deps),
    },
  });
}

async function listStreamSessions(
  input: Checked<ivs.ListStreamSessionsRequest>,
  context: RequestContext,
): Promise<ivs.ListStreamSessionsResponse> {
  const { id } = resources.ownReference(input.channelArn, "channel", context);
  const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
  const scope = ["ListStreamSessions", context.accountId, context.region, id];
  const after = resources.readPosition(input.nextToken, scope);
  const db = context.db<IvsTables>();
  const rows = await listSessions(db, context, id, after, limit + 1);
  if (rows.length === 0 && !after && !(await selectChannel(db, context, id)))
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
  const { id } = resources.ownReference(input.channelArn, "channel", context);
  const db = context.db<IvsTables>();
  const session = await findSession(db, context, id, input.streamId);
  if (!session) throw resourceNotFound(input.streamId ?? input.channelArn);
  const events = await listEvents(db, session.stream_id);
  return { streamSession: streamSessionView(session, events, hostsFor(deps, context)) };
}
