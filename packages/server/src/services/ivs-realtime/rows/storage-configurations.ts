import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { RealTimeTables, StorageConfigurationRow } from "../tables.ts";

export function findStorageConfiguration(
  db: Kysely<RealTimeTables>,
  at: ResourceLocation,
  id: string,
): Promise<StorageConfigurationRow | undefined> {
  return db
    .selectFrom("ivs_storage_configurations")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("id", "=", id)
    .executeTakeFirst();
}
