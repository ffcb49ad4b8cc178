import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { conflict } from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { arnOf, RESOURCE_ID_LENGTH } from "../resource-arn.ts";
import { isComposedWith } from "../rows/compositions.ts";
import { resources } from "../rows/resources.ts";
import { isRecordedTo } from "../rows/stages.ts";
import type { RealTimeTables, StorageConfigurationRow } from "../tables.ts";
import { grantBucket, requireBucketHere, revokeBucket } from "./bucket-grant.ts";

const MAX_RESULTS_DEFAULT = 50;

/** The buckets that stages and compositions are recorded to. Immutable but for their tags. */
export function storageConfigurationOperations(deps: RealTimeDependencies): OperationTable {
  const type = "storage-configuration";
  return defineOperations<typeof realTime>()({
    CreateStorageConfiguration: {
      authorize: ({ tags }, context) =>
        decisions.onAny("CreateStorageConfiguration", type, context, requestTagKeys(tags)),
      handle: async (input, context) => ({
        storageConfiguration: view(await create(input, context, deps)),
      }),
    },
    GetStorageConfiguration: decisions.operation(
      type,
      ({ arn }) => arn,
      (row) => ({ storageConfiguration: view(row) }),
    ),
    ListStorageConfigurations: {
      authorize: () => ({ action: "ivs:ListStorageConfigurations", resource: "*" }),
      async handle(input, context) {
        const page = await resources.list(type, input, MAX_RESULTS_DEFAULT, context);
        return { storageConfigurations: page.rows.map(view), nextToken: page.nextToken };
      },
    },
    DeleteStorageConfiguration: decisions.operation(
      type,
      ({ arn }) => arn,
      async (row, _input, context) => {
        const arn = arnOf(type, row);
        await context.transaction<RealTimeTables, void>(async (tx) => {
          if (await isRecordedTo(tx.db, context, arn))
            throw conflict(`Storage configuration ${arn} is in use by a stage`);
          if (await isComposedWith(tx.db, context, arn))
            throw conflict(`Storage configuration ${arn} is in use by a composition`);
          await resources.delete(type, row, tx.db);
          await revokeBucket(row.bucket_name, row.id, context, tx.tables());
        });
        return {};
      },
    ),
  });
}

/** One transaction, so that there is never a configuration without its grant, or the reverse. */
async function create(
  input: Checked<realTime.CreateStorageConfigurationRequest>,
  context: RequestContext,
  { ids }: RealTimeDependencies,
): Promise<StorageConfigurationRow> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const { bucketName } = input.s3;
  await requireBucketHere(bucketName, context);
  const row: StorageConfigurationRow = {
    account_id: context.accountId,
    region: context.region,
    id: ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    bucket_name: bucketName,
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
  await context.transaction<RealTimeTables, void>(async (tx) => {
    const { storageConfigurations: quota } = QUOTAS;
    const what = "storage configurations";
    await resources.requireRoom("storage-configuration", quota, what, context, tx.db);
    await resources.insert("storage-configuration", row, tx.db);
    await grantBucket(bucketName, row.id, context, tx.tables());
  });
  return row;
}

/** Lists show as much as a single one. */
function view(row: StorageConfigurationRow) {
  return {
    arn: arnOf("storage-configuration", row),
    name: row.name,
    s3: { bucketName: row.bucket_name },
    tags: readTags(row.tags),
  };
}
