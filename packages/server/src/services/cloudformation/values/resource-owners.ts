import type { Kysely } from "kysely";
import { ownValue } from "../../../kernel/own-value.ts";
import type { ResourceModel, ResourceSchema } from "../../../kernel/resources.ts";
import { ownedResources } from "../rows/owned-resources.ts";
import type { Place } from "../stack-names.ts";
import type { CloudFormationTables } from "../tables.ts";

/** Types whose names are an account's, in every Region. */
const OF_ACCOUNTS = /^AWS::(?:IAM|Organizations)::|^AWS::CloudWatch::Dashboard$/;
/** Types whose names are the partition's, in every account. */
const OF_ALL = /^AWS::S3::/;

interface Holder {
  readonly stackId: string;
  readonly logicalId: string;
}

/** The stack's resource that an identifier names already; a resource has one owner. */
export async function holderOf(
  { typeName, primaryIdentifier }: Pick<ResourceSchema, "typeName" | "primaryIdentifier">,
  identifier: ResourceModel,
  { account_id, region }: Place,
  db: Kysely<CloudFormationTables>,
): Promise<Holder | undefined> {
  const values = primaryIdentifier.map((name) => [name, ownValue(identifier, name)] as const);
  const isEverywhere = OF_ALL.test(typeName) || values.some(([, value]) => isArn(value));
  const rows = await ownedResources(typeName, db);
  const holder = rows.find((row) => {
    const isHere =
      row.account_id === account_id && (row.region === region || OF_ACCOUNTS.test(typeName));
    if (row.model === null || !(isHere || isEverywhere)) return false;
    const model = JSON.parse(row.model) as ResourceModel;
    return values.every(([name, value]) => ownValue(model, name) === value);
  });
  return holder && { stackId: holder.stack_id, logicalId: holder.logical_id };
}

function isArn(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("arn:");
}
