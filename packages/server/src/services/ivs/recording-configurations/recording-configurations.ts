import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { conflict, validation } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { refuseWhileAttached } from "../rows/channels.ts";
import { isRecordedTo } from "../rows/recording-configurations.ts";
import { isRecordingWith } from "../rows/recordings.ts";
import { resources } from "../rows/resources.ts";
import type { IvsTables, RecordingConfigurationRow } from "../tables.ts";
import { bucketPolicyName, ensureRecordToS3Role, IVS_PRINCIPAL } from "./record-to-s3-role.ts";
import { type BucketVerdict, examineBucket } from "./recording-bucket.ts";
import {
  completeRenditionConfiguration,
  completeThumbnailConfiguration,
  recordingConfigurationArn,
  recordingConfigurationSummary,
  recordingConfigurationView,
} from "./recording-configuration-view.ts";

const RESOURCE_ID_LENGTH = 12;
/** AWS takes "seconds"; clients poll, so a shorter wait is a faster test. */
const CREATING_DEFAULT_MS = 250;
const MAX_RESULTS_DEFAULT = 100;
/**
 * Here alone a bucket in the wrong place lets the call succeed and the configuration fail; in
 * every other Region the call fails. Source: IVS API, CreateRecordingConfiguration, "Known issue".
 */
const REGION_THAT_FAILS_LATER = "us-east-1";

/** Immutable but for their tags: there is no Update operation. */
export function recordingConfigurationOperations(
  deps: IvsDependencies,
  quotas: IvsQuotas,
): OperationTable {
  return defineOperations<typeof ivs>()({
    CreateRecordingConfiguration: {
      authorize: (input, context) =>
        decisions.onAny(
          "CreateRecordingConfiguration",
          "recording-configuration",
          context,
          requestTagKeys(input.tags),
        ),
      async handle(input, context) {
        const row = await createRecordingConfiguration(input, context, deps, quotas);
        return { recordingConfiguration: recordingConfigurationView(row, context.nowMs) };
      },
    },
    GetRecordingConfiguration: decisions.operation(
      "recording-configuration",
      ({ arn }) => arn,
      (row, _input, { nowMs }) => ({
        recordingConfiguration: recordingConfigurationView(row, nowMs),
      }),
    ),
    ListRecordingConfigurations: {
      authorize: (_input, context) =>
        decisions.onAny("ListRecordingConfigurations", "recording-configuration", context),
      handle: listRecordingConfigurations,
    },
    DeleteRecordingConfiguration: decisions.operation(
      "recording-configuration",
      ({ arn }) => arn,
      (row, _input, context) => deleteRecordingConfiguration(row, context, deps),
    ),
  });
}

async function createRecordingConfiguration(
  input: Checked<ivs.CreateRecordingConfigurationRequest>,
  context: RequestContext,
  deps: IvsDependencies,
  quotas: IvsQuotas,
): Promise<RecordingConfigurationRow> {
  const bucketName = input.destinationConfiguration?.s3?.bucketName;
  if (bucketName === undefined)
    throw validation("destinationConfiguration must have exactly one destination");
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const thumbnails = completeThumbnailConfiguration(input.thumbnailConfiguration);
  const renditions = completeRenditionConfiguration(input.renditionConfiguration);
  const verdict = await examineBucket(bucketName, context);
  if (!verdict.usable && context.region !== REGION_THAT_FAILS_LATER)
    throw validation(verdict.reason);
  const row: RecordingConfigurationRow = {
    account_id: context.accountId,
    region: context.region,
    id: deps.ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    bucket_name: bucketName,
    tags: newTags(input.tags, context),
    thumbnail_configuration: JSON.stringify(thumbnails),
    rendition_configuration: JSON.stringify(renditions),
    reconnect_window_seconds: input.recordingReconnectWindowSeconds ?? 0,
    settled_state: verdict.usable ? "ACTIVE" : "CREATE_FAILED",
    settles_at_ms: context.nowMs + (deps.creatingMs ?? CREATING_DEFAULT_MS),
    created_at_ms: context.nowMs,
  };
  await insertWithRole(row, verdict, context, deps, quotas);
  return row;
}

/** One transaction, so that there is never a configuration without the role that it needs. */
function insertWithRole(
  row: RecordingConfigurationRow,
  verdict: BucketVerdict,
  context: RequestContext,
  deps: IvsDependencies,
  quotas: IvsQuotas,
): Promise<void> {
  return context.transaction<IvsTables, void>(async (tx) => {
    const { recordingConfigurations: quota } = quotas;
    const what = "recording configurations";
    await resources.requireRoom("recording-configuration", quota, what, context, tx.db);
    // A configuration that is bound to fail gets no grant on a bucket that may be somebody else's.
    const grantOn = verdict.usable ? row.bucket_name : undefined;
    await ensureRecordToS3Role(grantOn, deps.linkedRoles, context, tx.tables());
    await resources.insert("recording-configuration", row, tx.db);
  });
}

async function listRecordingConfigurations(
  input: Checked<ivs.ListRecordingConfigurationsRequest>,
  context: RequestContext,
): Promise<ivs.ListRecordingConfigurationsResponse> {
  const page = await resources.list("recording-configuration", input, MAX_RESULTS_DEFAULT, context);
  return {
    recordingConfigurations: page.rows.map((row) =>
      recordingConfigurationSummary(row, context.nowMs),
    ),
    nextToken: page.nextToken,
  };
}

/** Nothing of it changes but its tags, so the row that was decided on is good enough. */
async function deleteRecordingConfiguration(
  row: RecordingConfigurationRow,
  context: RequestContext,
  deps: IvsDependencies,
): Promise<Record<string, never>> {
  await context.transaction<IvsTables, void>(async (tx) => {
    await refuseWhileUsed(recordingConfigurationArn(row), context, tx);
    await resources.delete("recording-configuration", row, tx.db);
    await removeUnusedGrant(row.bucket_name, context, deps, tx);
  });
  return {};
}

async function refuseWhileUsed(
  arn: string,
  context: RequestContext,
  { db }: Transaction<IvsTables>,
): Promise<void> {
  const column = "recording_configuration_arn";
  await refuseWhileAttached("Recording configuration", column, arn, context, db);
  // Its last objects are still being put, with the grant that goes with the configuration.
  if (await isRecordingWith(db, arn)) throw conflict(`Recording configuration ${arn} is recording`);
}

/** The role may write to a bucket for as long as a configuration of any Region records to it. */
async function removeUnusedGrant(
  bucketName: string,
  context: RequestContext,
  deps: IvsDependencies,
  tx: Transaction<IvsTables>,
): Promise<void> {
  if (await isRecordedTo(tx.db, context.accountId, bucketName)) return;
  const name = bucketPolicyName(bucketName);
  await deps.linkedRoles.removeInlinePolicy(IVS_PRINCIPAL, context.accountId, name, tx.tables());
}
