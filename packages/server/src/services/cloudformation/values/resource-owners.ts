import { isDeepStrictEqual } from "node:util";
import type { Kysely } from "kysely";
import { ownValue } from "../../../kernel/own-value.ts";
import type { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { ResourceModel, ResourceSchema } from "../../../kernel/resources.ts";
import { type OwnedRow, openedModel, ownedResources } from "../rows/owned-resources.ts";
import type { Place } from "../stack-names.ts";
import type { CloudFormationTables } from "../tables.ts";
import { physicalIdOf } from "../types/engine-types.ts";

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
  schema: Pick<ResourceSchema, "typeName" | "primaryIdentifier" | "ref">,
  identifier: ResourceModel,
  { account_id, region }: Place,
  db: Kysely<CloudFormationTables>,
  readable: ReadableRows,
): Promise<Holder | undefined> {
  const { typeName: type, primaryIdentifier } = schema;
  const values = primaryIdentifier.map((name) => [name, ownValue(identifier, name)] as const);
  const isEverywhere = OF_ALL.test(type) || values.some(([, value]) => isArn(value));
  const isKeyed = isDeepStrictEqual([...schema.ref].sort(), [...primaryIdentifier].sort());
  const wanted = isKeyed ? { type, physicalId: physicalIdOf(schema, identifier) } : { type };
  const here = (await ownedResources(wanted, db)).filter(
    (row) =>
      isEverywhere ||
      (row.account_id === account_id && (row.region === region || OF_ACCOUNTS.test(type))),
  );
  // Where Ref gives something else than the identifier, as of rules, only models have that.
  const named = isKeyed
    ? here
    : readable.of(type, here, keyOf, (row) => {
        const model = JSON.parse(openedModel(row, db)) as ResourceModel;
        return values.every(([name, value]) => ownValue(model, name) === value) ? row : undefined;
      });
  const holder = named.find((row) => row !== undefined);
  return holder && { stackId: holder.stack_id, logicalId: holder.logical_id };
}

function keyOf({ stack_id, logical_id }: OwnedRow): string {
  return `${stack_id} ${logical_id}`;
}

function isArn(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("arn:");
}
