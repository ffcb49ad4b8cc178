import type * as realTime from "@aws-sdk/client-ivs-realtime";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { markOf, pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { pageOf } from "../../../kernel/tagged-resources/page-position.ts";
import { decisions } from "../authorization.ts";
import { resourceNotFound, validation } from "../errors.ts";
import { arnOf } from "../resource-arn.ts";
import { detachIngestOf } from "../rows/ingest-configurations.ts";
import { listParticipantEvents } from "../rows/participant-events.ts";
import { findParticipant, listParticipants, type ParticipantFilter } from "../rows/participants.ts";
import { resources } from "../rows/resources.ts";
import { revokeParticipant } from "../rows/revoked-participants.ts";
import { findStageSession } from "../rows/stage-sessions.ts";
import type { StageMessages } from "../sessions/stage-messages.ts";
import type { RealTimeTables } from "../tables.ts";
import { eventView, participantSummary, participantView } from "./participant-view.ts";
import { listingOfStage, stageOf } from "./stage-listing.ts";

/** Source: IVS Real-Time API Reference, ListParticipants and ListParticipantEvents. */
const MAX_RESULTS_DEFAULT = 50;
/** Tokens live for 14 days at most; a day more for clocks that differ. */
const REVOKED_FOR_MS = 15 * 24 * 60 * 60_000;
const FILTERS = "filterByUserId, filterByPublished, filterByState, filterByRecordingState";

export function participantOperations(messages: StageMessages): OperationTable {
  return defineOperations<typeof realTime>()({
    GetParticipant: decisions.operation(
      "stage",
      ({ stageArn }) => stageArn,
      async (row, { sessionId, participantId }, context) => {
        const db = context.db<RealTimeTables>();
        const session = await findStageSession(db, stageOf(row), sessionId);
        const found = session && (await findParticipant(db, sessionId, participantId));
        if (!found) throw resourceNotFound(participantId);
        return { participant: participantView(found) };
      },
    ),
    ListParticipants: listingOfStage(
      async (stage, input: realTime.ListParticipantsRequest, context) => {
        const filter = filterOf(input);
        const { sessionId = "" } = input;
        const scope = [context.operation, stage.id, sessionId, JSON.stringify(filter)];
        const after = resources.readPosition(input.nextToken, scope);
        const db = context.db<RealTimeTables>();
        if (!(await findStageSession(db, stage, sessionId))) return { participants: [] };
        const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
        const read = await listParticipants(db, sessionId, filter, after, limit + 1);
        const page = pageOf(read, limit, scope, (row) => ({
          ...{ createdAtMs: row.created_at_ms, id: row.participant_id },
        }));
        return { participants: page.rows.map(participantSummary), nextToken: page.nextToken };
      },
      { participants: [] },
    ),
    ListParticipantEvents: listingOfStage(
      async (stage, input: realTime.ListParticipantEventsRequest, context) => {
        const { sessionId = "", participantId = "", nextToken } = input;
        const mark = markOf([context.operation, stage.id, sessionId, participantId]);
        const place = nextToken ? readPageToken(nextToken, mark, ["number"]) : [0];
        if (!place) throw validation("Invalid nextToken");
        const db = context.db<RealTimeTables>();
        if (!(await findStageSession(db, stage, sessionId))) return { events: [] };
        const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
        const from = Number(place[0]);
        const read = await listParticipantEvents(db, sessionId, participantId, from, limit + 1);
        const shown = read.slice(0, limit);
        const last = shown.at(-1);
        return {
          events: shown.map(eventView),
          ...(read.length > limit && last && { nextToken: pageToken(mark, [last.sequence]) }),
        };
      },
      { events: [] },
    ),
    DisconnectParticipant: decisions.operation(
      "stage",
      ({ stageArn }) => stageArn,
      async (decided, { participantId, reason }, context) => {
        const stageArn = arnOf("stage", decided);
        await context.transaction<RealTimeTables, void>(async ({ db }) => {
          const stage = stageOf(await resources.current("stage", decided, db));
          const forgetAtMs = context.nowMs + REVOKED_FOR_MS;
          // An encoder has no token: its configuration is detached instead, and may come back.
          if (!(await detachIngestOf(db, stage, stageArn, participantId)))
            await revokeParticipant(db, stage, participantId, forgetAtMs);
        });
        await messages.send({ kind: "disconnect", stageArn, participantId, reason: reason ?? "" });
        return {};
      },
    ),
  });
}

/** Throws ValidationException for more than one filter. */
function filterOf(input: realTime.ListParticipantsRequest): ParticipantFilter {
  const { filterByUserId, filterByPublished, filterByState, filterByRecordingState } = input;
  const given: ParticipantFilter = {
    ...(filterByUserId === undefined ? {} : { user_id: filterByUserId }),
    ...(filterByPublished === undefined ? {} : { published: filterByPublished ? 1 : 0 }),
    ...(filterByState === undefined ? {} : { state: filterByState }),
    ...(filterByRecordingState === undefined ? {} : { recording_state: filterByRecordingState }),
  };
  if (Object.keys(given).length > 1) throw validation(`Only one of ${FILTERS} can be given`);
  return given;
}
