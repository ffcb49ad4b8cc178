import type { AnalyzerConfiguration } from "@aws-sdk/client-accessanalyzer";
import { isOfOrganization, isOfUnusedAccess } from "../analysis/zone.ts";
import { invalidField, invalidRequest } from "../errors.ts";
import { UNUSED_ACCESS_AGE_DAYS } from "../quotas.ts";
import type { AnalyzerType } from "../tables.ts";

const AGE_DAYS_MAX = 365;
/** Source: API reference, AnalysisRuleCriteria. */
const EXCLUDED_ACCOUNTS_MAX = 2_000;
const ACCOUNT_ID = /^\d{12}$/;

/** The stored form of a configuration. @throws ValidationException */
export function storedConfiguration(
  configuration: AnalyzerConfiguration | undefined,
  type: AnalyzerType,
): string | null {
  if (configuration === undefined)
    return isOfUnusedAccess(type) ? JSON.stringify({ unusedAccess: withAge({}) }) : null;
  const { unusedAccess } = configuration;
  if (!isOfUnusedAccess(type) || !unusedAccess)
    throw invalidField(
      "configuration",
      `An analyzer of type ${type} doesn't have this configuration`,
    );
  const { unusedAccessAge: age = UNUSED_ACCESS_AGE_DAYS, analysisRule } = unusedAccess;
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
    if (accountIds.length > EXCLUDED_ACCOUNTS_MAX || !accountIds.every((id) => ACCOUNT_ID.test(id)))
      throw invalidField("accountIds", "Invalid account ids");
  }
  return JSON.stringify({ unusedAccess: withAge(unusedAccess) });
}

function withAge(unusedAccess: object): object {
  return { unusedAccessAge: UNUSED_ACCESS_AGE_DAYS, ...unusedAccess };
}

/** @throws ValidationException for analyzers of internal access, which aren't built */
export function analyzerType(type: string): AnalyzerType {
  switch (type) {
    case "ACCOUNT":
    case "ORGANIZATION":
    case "ACCOUNT_UNUSED_ACCESS":
    case "ORGANIZATION_UNUSED_ACCESS":
      return type;
    default:
      throw invalidRequest(`Rolecast has no analyzers of type ${type}`, "notSupported");
  }
}
