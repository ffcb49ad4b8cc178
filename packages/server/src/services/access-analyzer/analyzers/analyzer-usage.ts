import type { LinkedServiceUsage } from "../../../kernel/ports/identity.ts";
import { ANALYZER_PRINCIPAL } from "../analysis/zone.ts";
import { arnOf } from "../arns.ts";
import { analyzersOfAccount } from "../rows/analyzers.ts";
import type { AccessAnalyzerTables } from "../tables.ts";

/** The role is in use as long as its account has an analyzer. */
export const analyzerUsage: LinkedServiceUsage = {
  servicePrincipal: ANALYZER_PRINCIPAL,
  async findUsage(accountId, tx) {
    const analyzers = await analyzersOfAccount(accountId, tx.tables<AccessAnalyzerTables>().db);
    const regions = [...new Set(analyzers.map(({ region }) => region))];
    return regions.map((region) => ({
      region,
      resources: analyzers.filter((one) => one.region === region).map(arnOf),
    }));
  },
};
