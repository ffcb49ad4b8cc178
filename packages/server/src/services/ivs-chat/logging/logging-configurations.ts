import type * as ivschat from "@aws-sdk/client-ivschat";
import type { Checked } from "../../../kernel/checked.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions, onCreation, withLogDelivery } from "../authorization.ts";
import { conflict, invalidField } from "../errors.ts";
import { LOGGING_CONFIGURATIONS_MAX } from "../quotas.ts";
import { arnOfRow, ID_LENGTH } from "../resource-arn.ts";
import { resources } from "../rows/resources.ts";
import { isLogged } from "../rows/rooms.ts";
import type { IvsChatTables, LoggingConfigurationRow } from "../tables.ts";
import { allowDelivery } from "./delivery-policy.ts";

const TYPE = "logging-configuration";
/** Source: API reference, ListLoggingConfigurations. */
const PAGE_DEFAULT = 50;

type CreateInput = Checked<ivschat.CreateLoggingConfigurationRequest>;
type UpdateInput = Checked<ivschat.UpdateLoggingConfigurationRequest>;

/** Operations on configurations of S3; the other two destinations are refused by their names. */
export function loggingConfigurationOperations(ids: Ids, invoke: Invoke): OperationTable {
  return defineOperations<typeof ivschat>()({
    CreateLoggingConfiguration: withLogDelivery("CreateLogDelivery", {
      authorize: ({ tags }: CreateInput, context) => onCreation(TYPE, tags, context),
      async handle(input: CreateInput, context) {
        resources.refuseReservedTags(Object.keys(input.tags ?? {}));
        const row: LoggingConfigurationRow = {
          ...{ account_id: context.accountId, region: context.region },
          ...{ id: ids.alphanumeric(ID_LENGTH), name: input.name ?? "" },
          ...{ created_at_ms: context.nowMs, updated_at_ms: context.nowMs },
          ...{
            tags: newTags(input.tags, context),
            bucket_name: bucketOf(input.destinationConfiguration),
          },
        };
        await context.transaction<IvsChatTables, void>(async (tx) => {
          const quota = LOGGING_CONFIGURATIONS_MAX;
          await resources.requireRoom(TYPE, quota, "logging configurations", context, tx.db);
          await resources.insert(TYPE, row, tx.db);
          await allowDelivery(row.bucket_name, context, tx.tables(), invoke);
        });
        return configurationView(row);
      },
    }),
    GetLoggingConfiguration: decisions.operation(
      TYPE,
      ({ identifier }) => identifier,
      (row) => configurationView(row),
    ),
    UpdateLoggingConfiguration: withLogDelivery(
      "UpdateLogDelivery",
      decisions.operation(
        TYPE,
        ({ identifier }: UpdateInput) => identifier,
        async (decided, { name, destinationConfiguration }, context) => {
          const bucket = destinationConfiguration && bucketOf(destinationConfiguration);
          const changed = {
            updated_at_ms: context.nowMs,
            ...(name === undefined ? {} : { name }),
            ...(bucket === undefined ? {} : { bucket_name: bucket }),
          };
          const row = await context.transaction<IvsChatTables, LoggingConfigurationRow>(
            async (tx) => {
              const current = await resources.current(TYPE, decided, tx.db);
              await resources.set(TYPE, current, changed, tx.db);
              if (bucket !== undefined) await allowDelivery(bucket, context, tx.tables(), invoke);
              return { ...current, ...changed };
            },
          );
          return configurationView(row);
        },
      ),
    ),
    DeleteLoggingConfiguration: withLogDelivery(
      "DeleteLogDelivery",
      decisions.operation(
        TYPE,
        ({ identifier }: { readonly identifier: string }) => identifier,
        async (decided, { identifier }, context) => {
          await context.transaction<IvsChatTables, void>(async ({ db }) => {
            const { id } = await resources.current(TYPE, decided, db);
            if (await isLogged(db, context, id))
              throw conflict(`Resource: ${identifier} is attached to a room`, identifier);
            await resources.delete(TYPE, decided, db);
          });
          return {};
        },
      ),
    ),
    ListLoggingConfigurations: {
      authorize: (_input, context) => decisions.onAny("ListLoggingConfigurations", TYPE, context),
      async handle(input, context) {
        const page = await resources.list(TYPE, input, PAGE_DEFAULT, context);
        const loggingConfigurations = page.rows.map(configurationView);
        return { loggingConfigurations, nextToken: page.nextToken };
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
