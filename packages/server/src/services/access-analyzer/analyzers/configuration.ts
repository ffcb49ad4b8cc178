import type {
  AnalyzerConfiguration,
  UnusedAccessConfiguration,
} from "@aws-sdk/client-accessanalyzer";
import { accessOf, isOfOrganization } from "../analyzer-type.ts";
import { invalidField } from "../errors.ts";
import { UNUSED_ACCESS_AGE_DAYS } from "../quotas.ts";
import type { AnalyzerType } from "../tables.ts";
import { checkAccounts } from "./account-ids.ts";
import { checkInclusions } from "./inclusions.ts";

const AGE_DAYS_MAX = 365;

/** The stored form of a configuration. @throws ValidationException */
export function storedConfiguration(
  configuration: AnalyzerConfiguration | undefined,
  type: AnalyzerType,
): string | null {
  const access = accessOf(type);
  if (configuration === undefined)
    return access === "unused" ? JSON.stringify({ unusedAccess: withAge({}) }) : null;
  const { internalAccess, unusedAccess } = configuration;
  if (access === "internal" && internalAccess) {
    checkInclusions(internalAccess.analysisRule?.inclusions ?? [], type);
    return JSON.stringify({ internalAccess });
  }
  if (access === "unused" && unusedAccess) {
    checkUnusedAccess(unusedAccess, type);
    return JSON.stringify({ unusedAccess: withAge(unusedAccess) });
  }
  throw invalidField(
    "configuration",
    `An analyzer of type ${type} doesn't have this configuration`,
  );
}

/** @throws ValidationException */
function checkUnusedAccess(
  { unusedAccessAge: age = UNUSED_ACCESS_AGE_DAYS, analysisRule }: UnusedAccessConfiguration,
  type: AnalyzerType,
): void {
  if (!Number.isInteger(age) || age < 1 || age > AGE_DAYS_MAX)
    throw invalidField("unusedAccessAge", `unusedAccessAge must be between 1 and ${AGE_DAYS_MAX}`);
  for (const { accountIds = [], resourceTags = [] } of analysisRule?.exclusions ?? []) {
    if (accountIds.length === 0 && resourceTags.length === 0)
      throw invalidField("exclusions", "An exclusion needs accountIds or resourceTags");
    if (accountIds.length > 0 && !isOfOrganization(type))
      throw invalidField(
        "accountIds",
        "Accounts can be excluded from an organization's analyzer only",
      );
    checkAccounts(accountIds);
  }
}

function withAge(unusedAccess: object): object {
  return { unusedAccessAge: UNUSED_ACCESS_AGE_DAYS, ...unusedAccess };
}
