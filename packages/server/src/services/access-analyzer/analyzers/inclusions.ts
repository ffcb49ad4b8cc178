import type { InternalAccessAnalysisRuleCriteria } from "@aws-sdk/client-accessanalyzer";
import { parseArn } from "../../../kernel/arn.ts";
import { isOfOrganization } from "../analyzer-type.ts";
import { invalidField, invalidRequest } from "../errors.ts";
import type { AnalyzerType } from "../tables.ts";
import { checkAccounts } from "./account-ids.ts";

/** Of AWS's, the type of resource that is here. */
const BUCKET = "AWS::S3::Bucket";
/** The services of AWS's types. Source: API reference, InternalAccessAnalysisRuleCriteria. */
const SERVICES: Readonly<Record<string, string>> = {
  [BUCKET]: "s3",
  "AWS::S3Express::DirectoryBucket": "s3express",
  "AWS::RDS::DBSnapshot": "rds",
  "AWS::RDS::DBClusterSnapshot": "rds",
  "AWS::DynamoDB::Table": "dynamodb",
  "AWS::DynamoDB::Stream": "dynamodb",
};
/** AWS names no limit: as many as accounts. */
const LISTED_MAX = 2_000;
const INVALID = "Invalid InternalAccessAnalysisRuleCriteria: the provided";

/** Checks which resources an analyzer of internal access looks at. @throws ValidationException */
export function checkInclusions(
  inclusions: readonly InternalAccessAnalysisRuleCriteria[],
  type: AnalyzerType,
): void {
  if (inclusions.length > LISTED_MAX)
    throw invalidField("inclusions", `An analyzer has ${LISTED_MAX} inclusions at most`);
  for (const { accountIds = [], resourceTypes = [], resourceArns = [] } of inclusions) {
    if (accountIds.length + resourceTypes.length + resourceArns.length === 0)
      throw invalidField(
        "inclusions",
        "An inclusion needs accountIds, resourceTypes or resourceArns",
      );
    if (accountIds.length > 0 && !isOfOrganization(type))
      throw invalidField(
        "accountIds",
        "Accounts can be included by an organization's analyzer only",
      );
    checkAccounts(accountIds);
    for (const resourceType of resourceTypes) checkType(resourceType);
    if (resourceArns.length > LISTED_MAX)
      throw invalidField("resourceArns", `An inclusion has ${LISTED_MAX} ARNs at most`);
    for (const arn of resourceArns) checkArn(arn);
  }
}

function checkType(resourceType: string): void {
  if (!Object.hasOwn(SERVICES, resourceType))
    throw invalidField("resourceTypes", `${INVALID} resourceType is invalid`);
  if (resourceType !== BUCKET) throw notHere(resourceType);
}

function checkArn(text: string): void {
  const arn = parseArn(text);
  const [type] = Object.entries(SERVICES).find(([, service]) => service === arn?.service) ?? [];
  if (!arn || type === undefined)
    throw invalidField("resourceArns", `${INVALID} resourceArn is invalid: ${text}`);
  if (type !== BUCKET) throw notHere(type);
  if (!/^[a-z0-9.-]+$/.test(arn.resource) || arn.region !== "" || arn.accountId !== "")
    throw invalidField("resourceArns", `${INVALID} resourceArn is invalid: ${text}`);
}

function notHere(resourceType: string): Error {
  return invalidRequest(`Rolecast has no resources of type ${resourceType}`, "notSupported");
}
