import type * as realTime from "@aws-sdk/client-ivs-realtime";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { pageOf } from "../../../kernel/tagged-resources/page-position.ts";
import { decisions } from "../authorization.ts";
import { resourceNotFound } from "../errors.ts";
import { resources } from "../rows/resources.ts";
import { findStageSession, listStageSessions } from "../rows/stage-sessions.ts";
import type { RealTimeTables, StageSessionRow } from "../tables.ts";
import { listingOfStage, stageOf } from "./stage-listing.ts";

/** Source: IVS Real-Time API Reference, ListStageSessions. */
const MAX_RESULTS_DEFAULT = 50;

export function stageSessionOperations(): OperationTable {
  return defineOperations<typeof realTime>()({
    GetStageSession: decisions.operation(
      "stage",
      ({ stageArn }) => stageArn,
      async (row, { sessionId }, context) => {
        const db = context.db<RealTimeTables>();
        const session = await findStageSession(db, stageOf(row), sessionId);
        if (!session) throw resourceNotFound(sessionId);
        return { stageSession: view(session) };
      },
    ),
    ListStageSessions: listingOfStage(
      async (stage, input: realTime.ListStageSessionsRequest, context) => {
        const scope = [context.operation, stage.accountId, stage.region, stage.id];
        const after = resources.readPosition(input.nextToken, scope);
        const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
        const db = context.db<RealTimeTables>();
        const read = await listStageSessions(db, stage, after, limit + 1);
        const page = pageOf(read, limit, scope, (row) => ({
          ...{ createdAtMs: row.created_at_ms, id: row.session_id },
        }));
        return { stageSessions: page.rows.map(view), nextToken: page.nextToken };
      },
      { stageSessions: [], nextToken: undefined },
    ),
  });
}

function view(row: StageSessionRow): realTime.StageSession {
  return {
    sessionId: row.session_id,
    startTime: new Date(row.created_at_ms),
    ...(row.ended_at_ms === null ? {} : { endTime: new Date(row.ended_at_ms) }),
  };
}
