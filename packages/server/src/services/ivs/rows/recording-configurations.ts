import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { IvsTables, RecordingConfigurationRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

export function findRecordingConfiguration(
  db: Db,
  at: ResourceLocation,
  id: string,
): Promise<RecordingConfigurationRow | undefined> {
  return db
    .selectFrom("ivs_recording_configurations")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** All of an account, by Region and age. */
export function listRecordingConfigurationsOf(
  db: Db,
  accountId: string,
): Promise<RecordingConfigurationRow[]> {
  return db
    .selectFrom("ivs_recording_configurations")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("region")
    .orderBy("created_at_ms")
    .orderBy("id")
    .execute();
}

/** Whether an active configuration of any Region of the account records to the bucket. */
export async function isRecordedTo(
  db: Db,
  accountId: string,
  bucketName: string,
): Promise<boolean> {
  const one = await db
    .selectFrom("ivs_recording_configurations")
    .select("id")
    .where("account_id", "=", accountId)
    .where("bucket_name", "=", bucketName)
    .where("settled_state", "=", "ACTIVE")
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}
