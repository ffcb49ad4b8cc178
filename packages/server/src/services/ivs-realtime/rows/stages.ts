import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { RealTimeTables, StageRow } from "../tables.ts";

type Db = Kysely<RealTimeTables>;

/** Whether participants of a stage are recorded with the storage configuration. */
export async function isRecordedTo(
  db: Db,
  at: ResourceLocation,
  storageConfigurationArn: string,
): Promise<boolean> {
  const one = await db
    .selectFrom("ivs_stages")
    .select("id")
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("storage_configuration_arn", "=", storageConfigurationArn)
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}

/** Detaches the ingest configurations that publish to a stage. */
export async function detachIngest(db: Db, at: ResourceLocation, stageArn: string): Promise<void> {
  await db
    .updateTable("ivs_ingest_configurations")
    .set({ stage_arn: "" })
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("stage_arn", "=", stageArn)
    .execute();
}

export function findStage(db: Db, at: ResourceLocation, id: string): Promise<StageRow | undefined> {
  return db
    .selectFrom("ivs_stages")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("id", "=", id)
    .executeTakeFirst();
}
