import type { LinkedServiceUsage } from "../../../kernel/ports/identity.ts";
import { listRecordingConfigurationsOf } from "../rows/recording-configurations.ts";
import type { IvsTables } from "../tables.ts";
import { IVS_PRINCIPAL } from "./record-to-s3-role.ts";
import { recordingConfigurationArn } from "./recording-configuration-view.ts";

/**
 * Finds the uses of the role: by every recording configuration of the account, whatever its state.
 * IAM asks inside the transaction that deletes the role.
 */
export const recordToS3Usage: LinkedServiceUsage = {
  servicePrincipal: IVS_PRINCIPAL,
  async findUsage(accountId, tx) {
    const { db } = tx.tables<IvsTables>();
    const rows = await listRecordingConfigurationsOf(db, accountId);
    const regions = new Map<string, string[]>();
    for (const row of rows) {
      const resources = regions.get(row.region) ?? [];
      resources.push(recordingConfigurationArn(row));
      regions.set(row.region, resources);
    }
    return Array.from(regions, ([region, resources]) => ({ region, resources }));
  },
};
