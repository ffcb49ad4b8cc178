import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import {
  defineOperations,
  type OperationHandler,
  type OperationTable,
  withSubject,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { pageOf } from "../../../kernel/tagged-resources/page-position.ts";
import type { ResourceRow } from "../../../kernel/tagged-resources/tagged-rows.ts";
import { decisions } from "../authorization.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { conflict, quotaExceeded, resourceNotFound, validation } from "../errors.ts";
import { REPLICAS_MAX } from "../quotas.ts";
import { arnOf, arns, RESOURCE_ID_LENGTH } from "../resource-arn.ts";
import {
  insertReplica,
  listReplicasOf,
  pageOfReplicas,
  setReplica,
} from "../rows/participant-replicas.ts";
import { findParticipant } from "../rows/participants.ts";
import { resources } from "../rows/resources.ts";
import { findActiveSession, type StageReference } from "../rows/stage-sessions.ts";
import type { StageMessages } from "../sessions/stage-messages.ts";
import type { ParticipantReplicaRow, RealTimeTables, StageRow } from "../tables.ts";
import { replicaShown } from "./replica-shown.ts";

const MAX_RESULTS_DEFAULT = 50;
const ATTRIBUTES_BYTES_MAX = 1_024;

interface BothStages {
  readonly source: ResourceRow | undefined;
  readonly destination: ResourceRow | undefined;
}

/** A pair of stages: both are decided on. */
function onBoth<
  Input extends {
    readonly sourceStageArn: string | undefined;
    readonly destinationStageArn: string | undefined;
  },
>(
  handle: (
    stages: { readonly source: StageRow; readonly destination: StageRow },
    input: Input,
    context: RequestContext,
  ) => Promise<object>,
): OperationHandler<Input, object> {
  return withSubject({
    authorize: async (input: Input, context) => {
      const { sourceStageArn: from = "", destinationStageArn: to = "" } = input;
      const source = await resources.find(from, context);
      const destination = await resources.find(to, context);
      const pairs = [
        decisions.onRow(context.operation, from, source),
        decisions.onRow(context.operation, to, destination),
      ];
      const subject: BothStages = { source, destination };
      return { pairs, subject };
    },
    handle: (input, context, { source, destination }: BothStages) => {
      const { sourceStageArn: from = "", destinationStageArn: to = "" } = input;
      const stages = {
        source: resources.own("stage", from, source, context),
        destination: resources.own("stage", to, destination, context),
      };
      return handle(stages, input, context);
    },
  });
}

/** Participants of a stage that are shown on others, too. */
export function replicationOperations(
  deps: RealTimeDependencies,
  messages: StageMessages,
): OperationTable {
  const changed = (row: StageRow) =>
    messages.send({ kind: "replicas", stageArn: arnOf("stage", row) });
  return defineOperations<typeof realTime>()({
    StartParticipantReplication: onBoth(
      async (
        { source, destination },
        input: Checked<realTime.StartParticipantReplicationRequest>,
        context,
      ) => {
        const id = await start(stageOf(source), stageOf(destination), input, context, deps);
        await changed(source);
        await replicaShown(id, context);
        return {};
      },
    ),
    StopParticipantReplication: onBoth(
      async (
        { source, destination },
        { participantId }: Checked<realTime.StopParticipantReplicationRequest>,
        context,
      ) => {
        await context.transaction<RealTimeTables, void>(async ({ db }) => {
          const active = await listReplicasOf(db, stageOf(source), participantId);
          const found = active.find((row) => row.destination_stage_id === destination.id);
          if (!found) throw resourceNotFound(participantId);
          await setReplica(db, found.id, { state: "STOPPED", closes_at_ms: null });
        });
        await changed(source);
        return {};
      },
    ),
    ListParticipantReplicas: withSubject({
      authorize: async ({ sourceStageArn = "" }, context) => {
        const row = await resources.find(sourceStageArn, context);
        return { pairs: decisions.onRow(context.operation, sourceStageArn, row), subject: row };
      },
      // The model knows no ResourceNotFoundException.
      handle: async ({ participantId = "", nextToken, maxResults }, context, row) => {
        if (!row || row.account_id !== context.accountId) return { replicas: [] };
        const stage = stageOf(row);
        const scope = [context.operation, stage.id, participantId];
        const after = resources.readPosition(nextToken, scope);
        const limit = maxResults ?? MAX_RESULTS_DEFAULT;
        const db = context.db<RealTimeTables>();
        const read = await pageOfReplicas(db, stage, participantId, after, limit + 1);
        const page = pageOf(read, limit, scope, (one) => ({
          ...{ createdAtMs: one.created_at_ms, id: one.id },
        }));
        return { replicas: page.rows.map(view), nextToken: page.nextToken };
      },
    }),
  });
}

async function start(
  source: StageReference,
  destination: StageReference,
  input: Checked<realTime.StartParticipantReplicationRequest>,
  context: RequestContext,
  { ids }: RealTimeDependencies,
): Promise<string> {
  const { participantId, attributes = {}, reconnectWindowSeconds = 0 } = input;
  const text = JSON.stringify(attributes);
  if (Buffer.byteLength(text) > ATTRIBUTES_BYTES_MAX)
    throw validation(`attributes have ${ATTRIBUTES_BYTES_MAX} bytes at most`);
  if (source.id === destination.id)
    throw validation("The source stage and the destination stage must be different");
  const id = ids.alphanumeric(RESOURCE_ID_LENGTH);
  await context.transaction<RealTimeTables, void>(async ({ db }) => {
    const session = await findActiveSession(db, source);
    const participant = session && (await findParticipant(db, session.session_id, participantId));
    if (!session || participant?.state !== "CONNECTED") throw resourceNotFound(participantId);
    if (participant.replication_type === "REPLICA")
      throw validation("A replica can't be replicated: replicate its source");
    const active = await listReplicasOf(db, source, participantId);
    if (active.some((row) => row.destination_stage_id === destination.id))
      throw conflict(`Participant ${participantId} is replicated to this stage already`);
    if (active.length >= REPLICAS_MAX)
      throw quotaExceeded("replicas of a participant", REPLICAS_MAX);
    await insertReplica(db, {
      ...{ id, account_id: source.accountId, region: source.region },
      ...{ source_stage_id: source.id, source_session_id: session.session_id },
      ...{ destination_stage_id: destination.id, destination_session_id: "" },
      ...{ participant_id: participantId, state: "ACTIVE", attributes: text, failure: "" },
      reconnect_window_seconds: reconnectWindowSeconds,
      ...{ closes_at_ms: null, created_at_ms: context.nowMs },
    });
  });
  return id;
}

function stageOf({ account_id: accountId, region, id }: ResourceRow): StageReference {
  return { accountId, region, id };
}

function view(row: ParticipantReplicaRow): realTime.ParticipantReplica {
  const at = { accountId: row.account_id, region: row.region };
  return {
    sourceStageArn: arns.arn(at, "stage", row.source_stage_id),
    participantId: row.participant_id,
    sourceSessionId: row.source_session_id,
    destinationStageArn: arns.arn(at, "stage", row.destination_stage_id),
    destinationSessionId: row.destination_session_id,
    replicationState: row.state,
  };
}
