import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { LoggingConfigurationRow } from "../tables.ts";
import type { Db } from "./resources.ts";

export function findLoggingConfiguration(
  db: Db,
  { accountId, region }: ResourceLocation,
  id: string,
): Promise<LoggingConfigurationRow | undefined> {
  return db
    .selectFrom("ivschat_logging_configurations")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("id", "=", id)
    .executeTakeFirst();
}
