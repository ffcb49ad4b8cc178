import type * as ivschat from "@aws-sdk/client-ivschat";
import type { Ids } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { onAny, onCreation, resourceOperation, withLogDelivery } from "../authorization.ts";
import { conflict, invalidField } from "../errors.ts";
import { LOGGING_CONFIGURATIONS_MAX } from "../quotas.ts";
import { arnOfRow, ID_LENGTH } from "../resource-arn.ts";
import {
  currentResource,
  deleteResource,
  insertResource,
  listResources,
  updateResource,
} from "../rows/resources.ts";
import { isLogged } from "../rows/rooms.ts";
import { readTags, refuseReservedTags, writeTags } from "../rows/tags.ts";
import type { IvsChatTables, LoggingConfigurationRow } from "../tables.ts";
import { allowDelivery } from "./delivery-policy.ts";

const TYPE = "logging-configuration";

/** Operations on configurations of S3; the other two destinations are refused by their names. */
export function loggingConfigurationOperations(ids: Ids, invoke: Invoke): OperationTable {
  return defineOperations<typeof ivschat>()({
    CreateLoggingConfiguration: {
      authorize: ({ tags }, context) =>
        withLogDelivery("CreateLogDelivery", onCreation(TYPE, tags, context)),
      async handle(input, context) {
        refuseReservedTags(Object.keys(input.tags ?? {}));
        const row: LoggingConfigurationRow = {
          ...{ account_id: context.accountId, region: context.region },
          ...{ id: ids.alphanumeric(ID_LENGTH), name: input.name ?? "" },
          ...{ created_at_ms: context.nowMs, updated_at_ms: context.nowMs },
          ...{ tags: writeTags(input.tags), bucket_name: bucketOf(input.destinationConfiguration) },
        };
        await context.transaction<IvsChatTables, void>(async (tx) => {
          await insertResource(TYPE, row, LOGGING_CONFIGURATIONS_MAX, tx.db);
          await allowDelivery(row.bucket_name, context, tx.tables(), invoke);
        });
        return configurationView(row);
      },
    },
    GetLoggingConfiguration: resourceOperation(
      TYPE,
      ({ identifier }) => identifier,
      (row) => configurationView(row),
    ),
    UpdateLoggingConfiguration: resourceOperation(
      TYPE,
      ({ identifier }) => identifier,
      async (decided, { name, destinationConfiguration }, context) => {
        const bucket = destinationConfiguration && bucketOf(destinationConfiguration);
        const changed = {
          updated_at_ms: context.nowMs,
          ...(name === undefined ? {} : { name }),
          ...(bucket === undefined ? {} : { bucket_name: bucket }),
        };
        const row = await context.transaction<IvsChatTables, LoggingConfigurationRow>(
          async (tx) => {
            const updated = await updateResource(TYPE, decided, changed, tx.db);
            if (bucket !== undefined) await allowDelivery(bucket, context, tx.tables(), invoke);
            return updated;
          },
        );
        return configurationView(row);
      },
      (pairs) => withLogDelivery("UpdateLogDelivery", [pairs]),
    ),
    DeleteLoggingConfiguration: resourceOperation(
      TYPE,
      ({ identifier }) => identifier,
      async (decided, { identifier }, context) => {
        await context.transaction<IvsChatTables, void>(async ({ db }) => {
          const { id } = await currentResource(TYPE, decided, db);
          if (await isLogged(db, context, id))
            throw conflict(`Resource: ${identifier} is attached to a room`, identifier);
          await deleteResource(TYPE, decided, db);
        });
        return {};
      },
      (pairs) => withLogDelivery("DeleteLogDelivery", [pairs]),
    ),
    ListLoggingConfigurations: {
      authorize: (_input, context) => onAny(TYPE, context),
      async handle(input, context) {
        const { rows, ...page } = await listResources(TYPE, input, [], context);
        return { ...page, loggingConfigurations: rows.map(configurationView) };
      },
    },
  });
}

/** Exactly one destination; the others were refused before. */
function bucketOf(destination: ivschat.DestinationConfiguration): string {
  const bucketName = destination.s3?.bucketName;
  if (bucketName === undefined)
    throw invalidField("destinationConfiguration", "it must have exactly one destination");
  return bucketName;
}

/** Whatever can fail has failed before there is one, so its state never differs. */
function configurationView(row: LoggingConfigurationRow) {
  return {
    arn: arnOfRow(TYPE, row),
    id: row.id,
    createTime: new Date(row.created_at_ms),
    updateTime: new Date(row.updated_at_ms),
    name: row.name,
    destinationConfiguration: { s3: { bucketName: row.bucket_name } },
    state: "ACTIVE" as const,
    tags: readTags(row.tags),
  };
}
