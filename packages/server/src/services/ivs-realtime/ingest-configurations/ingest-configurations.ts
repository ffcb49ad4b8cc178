import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { conflict, resourceNotFound, validation } from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { arnOf, RESOURCE_ID_LENGTH } from "../resource-arn.ts";
import { listIngestConfigurations } from "../rows/ingest-configurations.ts";
import { resources } from "../rows/resources.ts";
import type { StageMessages } from "../sessions/stage-messages.ts";
import { refuseLongAttributes } from "../stages/participant-tokens.ts";
import type { IngestConfigurationRow, RealTimeTables } from "../tables.ts";

const PARTICIPANT_ID_LENGTH = 12;
const SECRET_LENGTH = 30;
const TYPE = "ingest-configuration";

/** The stream keys that encoders publish to a stage with. */
export function ingestConfigurationOperations(
  deps: RealTimeDependencies,
  messages: StageMessages,
): OperationTable {
  return defineOperations<typeof realTime>()({
    CreateIngestConfiguration: {
      authorize: ({ tags }, context) =>
        decisions.onAny("CreateIngestConfiguration", TYPE, context, requestTagKeys(tags)),
      handle: async (input, context) => ({
        ingestConfiguration: view(await create(input, context, deps.ids)),
      }),
    },
    GetIngestConfiguration: decisions.operation(
      TYPE,
      ({ arn }) => arn,
      (row) => ({ ingestConfiguration: view(row) }),
    ),
    ListIngestConfigurations: {
      authorize: () => ({ action: "ivs:ListIngestConfigurations", resource: "*" }),
      async handle(input, context) {
        const { filterByStageArn: stage, filterByState: state } = input;
        const page = await listIngestConfigurations(input, { stage, state }, context);
        return { ingestConfigurations: page.rows.map(summary), nextToken: page.nextToken };
      },
    },
    UpdateIngestConfiguration: decisions.operation(
      TYPE,
      ({ arn }) => arn,
      async (row, input, context) => ({
        ingestConfiguration: view(await update(row, input, context, deps.ids)),
      }),
    ),
    DeleteIngestConfiguration: decisions.operation(
      TYPE,
      ({ arn }) => arn,
      async (decided, { force }, context) => {
        const row = await context.transaction<RealTimeTables, IngestConfigurationRow>(
          async ({ db }) => {
            const current = await resources.current(TYPE, decided, db);
            if (current.state === "ACTIVE" && force !== true)
              throw conflict(`Ingest configuration ${arnOf(TYPE, current)} is publishing`);
            await resources.delete(TYPE, current, db);
            return current;
          },
        );
        const { stage_arn: stageArn, participant_id: participantId } = row;
        const reason = "The ingest configuration was deleted";
        if (stageArn !== "")
          await messages.send({ kind: "disconnect", stageArn, participantId, reason });
        return {};
      },
    ),
  });
}

async function create(
  input: Checked<realTime.CreateIngestConfigurationRequest>,
  context: RequestContext,
  ids: Ids,
): Promise<IngestConfigurationRow> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  refuseLongAttributes(input.attributes);
  if (input.ingestProtocol === "RTMP" && input.insecureIngest !== true)
    throw validation("ingestProtocol RTMP is only allowed with insecureIngest");
  const id = ids.alphanumeric(RESOURCE_ID_LENGTH);
  const row: IngestConfigurationRow = {
    account_id: context.accountId,
    region: context.region,
    id,
    name: input.name ?? "",
    protocol: input.ingestProtocol,
    stage_arn: input.stageArn ?? "",
    user_id: input.userId ?? "",
    attributes: JSON.stringify(input.attributes ?? {}),
    participant_id: ids.alphanumeric(PARTICIPANT_ID_LENGTH),
    stream_key: newStreamKey(id, context, ids),
    redundant: JSON.stringify(input.redundantIngest ? newCredentials(id, context, ids) : []),
    state: "INACTIVE",
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
  await context.transaction<RealTimeTables, void>(async ({ db }) => {
    const { ingestConfigurations: quota } = QUOTAS;
    await resources.requireRoom(TYPE, quota, "ingest configurations", context, db);
    // The operation's model knows no ResourceNotFoundException.
    if (row.stage_arn !== "" && !(await resources.has("stage", row.stage_arn, context, db)))
      throw validation(`Stage ${row.stage_arn} does not exist`);
    await resources.insert(TYPE, row, db);
  });
  return row;
}

function update(
  decided: IngestConfigurationRow,
  input: Checked<realTime.UpdateIngestConfigurationRequest>,
  context: RequestContext,
  ids: Ids,
): Promise<IngestConfigurationRow> {
  return context.transaction<RealTimeTables, IngestConfigurationRow>(async ({ db }) => {
    const row = await resources.current(TYPE, decided, db);
    if (row.state === "ACTIVE")
      throw conflict(`Ingest configuration ${arnOf(TYPE, row)} is publishing`);
    const { stageArn, redundantIngest } = input;
    if (stageArn && !(await resources.has("stage", stageArn, context, db)))
      throw resourceNotFound(stageArn);
    const changed = {
      ...(stageArn === undefined ? {} : { stage_arn: stageArn }),
      ...(redundantIngest === undefined
        ? {}
        : { redundant: redundantOf(row, redundantIngest, context, ids) }),
    };
    await resources.set(TYPE, row, changed, db);
    return { ...row, ...changed };
  });
}

/** The credentials that are there stay. */
function redundantOf(
  row: IngestConfigurationRow,
  wanted: boolean,
  context: RequestContext,
  ids: Ids,
): string {
  if (!wanted) return "[]";
  return row.redundant === "[]"
    ? JSON.stringify(newCredentials(row.id, context, ids))
    : row.redundant;
}

/** `rt_<account>_<Region>_<id of the configuration>_<secret>`, as AWS's examples have it. */
function newStreamKey(id: string, { accountId, region }: RequestContext, ids: Ids): string {
  return `rt_${accountId}_${region}_${id}_${ids.alphanumeric(SECRET_LENGTH)}`;
}

/** Two encoders publish as two participants, which viewers see as the configuration's one. */
function newCredentials(
  id: string,
  context: RequestContext,
  ids: Ids,
): readonly realTime.RedundantIngestCredential[] {
  const one = () => ({
    participantId: ids.alphanumeric(PARTICIPANT_ID_LENGTH),
    streamKey: newStreamKey(id, context, ids),
  });
  return [one(), one()];
}

function summary(row: IngestConfigurationRow): realTime.IngestConfigurationSummary {
  return {
    arn: arnOf(TYPE, row),
    name: row.name,
    ingestProtocol: row.protocol,
    stageArn: row.stage_arn,
    participantId: row.participant_id,
    state: row.state,
    userId: row.user_id,
    redundantIngest: row.redundant !== "[]",
  };
}

function view(row: IngestConfigurationRow): realTime.IngestConfiguration {
  const redundantIngestCredentials: realTime.RedundantIngestCredential[] = JSON.parse(
    row.redundant,
  );
  const attributes: Record<string, string> = JSON.parse(row.attributes);
  return {
    ...{ ...summary(row), arn: arnOf(TYPE, row) },
    streamKey: row.stream_key,
    redundantIngestCredentials,
    attributes,
    tags: readTags(row.tags),
  };
}
