import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { conflict, resourceNotFound, validation } from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { arnOf, RESOURCE_ID_LENGTH } from "../resource-arn.ts";
import { isStageRecorded } from "../rows/participant-recordings.ts";
import { resources } from "../rows/resources.ts";
import { activeSessionsOf, type StageReference } from "../rows/stage-sessions.ts";
import { detachIngest } from "../rows/stages.ts";
import type { StageMessages } from "../sessions/stage-messages.ts";
import type { RealTimeTables, StageRow } from "../tables.ts";
import { stageEndpoints } from "./endpoints.ts";
import { ParticipantTokens } from "./participant-tokens.ts";
import { completeRecording } from "./recording-settings.ts";

const MAX_RESULTS_DEFAULT = 50;

export function stageOperations(
  deps: RealTimeDependencies,
  messages: StageMessages,
): OperationTable {
  const tokens = new ParticipantTokens(deps);
  const view = async (row: StageRow, context?: RequestContext): Promise<realTime.Stage> => {
    const autoParticipantRecordingConfiguration: realTime.AutoParticipantRecordingConfiguration =
      JSON.parse(row.recording);
    const endpoints = stageEndpoints(deps);
    const [shown = summary(row)] = context ? await summaries([row], context) : [];
    return { ...shown, autoParticipantRecordingConfiguration, endpoints };
  };
  return defineOperations<typeof realTime>()({
    CreateStage: {
      authorize: ({ tags }, context) =>
        decisions.onAny("CreateStage", "stage", context, requestTagKeys(tags)),
      async handle(input, context) {
        const row = newStage(input, context, deps);
        const wanted = input.participantTokenConfigurations;
        const participantTokens = wanted?.map((one) => tokens.issue(row, one, context.nowMs));
        await insertStage(row, context);
        return { stage: await view(row), ...(participantTokens ? { participantTokens } : {}) };
      },
    },
    GetStage: decisions.operation(
      "stage",
      ({ arn }) => arn,
      async (row, _input, context) => ({ stage: await view(row, context) }),
    ),
    ListStages: {
      authorize: (_input, context) => decisions.onAny("ListStages", "stage", context),
      async handle(input, context) {
        const page = await resources.list("stage", input, MAX_RESULTS_DEFAULT, context);
        return { stages: await summaries(page.rows, context), nextToken: page.nextToken };
      },
    },
    UpdateStage: decisions.operation(
      "stage",
      ({ arn }) => arn,
      async (row, input, context) => ({
        stage: await view(await updateStage(row, input, context), context),
      }),
    ),
    DeleteStage: decisions.operation(
      "stage",
      ({ arn }) => arn,
      async (row, _input, context) => {
        await context.transaction<RealTimeTables, void>(async ({ db }) => {
          await resources.delete("stage", row, db);
          await detachIngest(db, context, arnOf("stage", row));
        });
        await messages.send({ kind: "deleted", stageArn: arnOf("stage", row) });
        return {};
      },
    ),
    CreateParticipantToken: decisions.operation(
      "stage",
      ({ stageArn }) => stageArn,
      (row, { duration, userId, attributes, capabilities }, { nowMs }) => ({
        participantToken: tokens.issue(row, { duration, userId, attributes, capabilities }, nowMs),
      }),
    ),
  });
}

function newStage(
  input: Checked<realTime.CreateStageRequest>,
  context: RequestContext,
  { ids }: RealTimeDependencies,
): StageRow {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const recording = completeRecording(input.autoParticipantRecordingConfiguration);
  return {
    account_id: context.accountId,
    region: context.region,
    id: ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    recording: JSON.stringify(recording),
    storage_configuration_arn: recording.storageConfigurationArn,
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
}

async function insertStage(row: StageRow, context: RequestContext): Promise<void> {
  await context.transaction<RealTimeTables, void>(async ({ db }) => {
    await resources.requireRoom("stage", QUOTAS.stages, "stages", context, db);
    // CreateStage's model knows no ResourceNotFoundException.
    const { storage_configuration_arn: arn } = row;
    if (arn !== "" && !(await resources.has("storage-configuration", arn, context, db)))
      throw validation(`Storage configuration ${arn} does not exist`);
    await resources.insert("stage", row, db);
  });
}

function updateStage(
  decided: StageRow,
  input: Checked<realTime.UpdateStageRequest>,
  context: RequestContext,
): Promise<StageRow> {
  return context.transaction<RealTimeTables, StageRow>(async ({ db }) => {
    const row = await resources.current("stage", decided, db);
    const given = input.autoParticipantRecordingConfiguration;
    const recording = given && completeRecording(given);
    if (given && (await isStageRecorded(db, stageOf(row))))
      throw conflict("The recording configuration can't be updated while recording is active");
    const arn = recording?.storageConfigurationArn ?? "";
    if (arn !== "" && !(await resources.has("storage-configuration", arn, context, db)))
      throw resourceNotFound(arn);
    const changed = {
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(recording && { recording: JSON.stringify(recording), storage_configuration_arn: arn }),
    };
    await resources.set("stage", row, changed, db);
    return { ...row, ...changed };
  });
}

/** Each with its session, where somebody is on the stage. */
async function summaries(
  rows: readonly StageRow[],
  context: RequestContext,
): Promise<realTime.StageSummary[]> {
  const ids = rows.map(({ id }) => id);
  const active = await activeSessionsOf(context.db<RealTimeTables>(), context, ids);
  return rows.map((row) => {
    const activeSessionId = active.get(row.id);
    return { ...summary(row), ...(activeSessionId === undefined ? {} : { activeSessionId }) };
  });
}

function summary(row: StageRow): realTime.StageSummary {
  return { arn: arnOf("stage", row), name: row.name, tags: readTags(row.tags) };
}

function stageOf({ account_id: accountId, region, id }: StageRow): StageReference {
  return { accountId, region, id };
}
