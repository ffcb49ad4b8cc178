import { ResourceArns } from "../../kernel/tagged-resources/resource-arns.ts";

export type ResourceType =
  | "stage"
  | "public-key"
  | "encoder-configuration"
  | "storage-configuration"
  | "ingest-configuration"
  | "composition";

export const RESOURCE_TYPES: readonly ResourceType[] = [
  "stage",
  "public-key",
  "encoder-configuration",
  "storage-configuration",
  "ingest-configuration",
  "composition",
];

/** They begin as those of low-latency IVS do. Source of the ids: IVS Real-Time API Reference. */
export const arns = new ResourceArns<ResourceType>("ivs", RESOURCE_TYPES, /^[a-zA-Z0-9-]+$/);

/** AWS's ids have as many. */
export const RESOURCE_ID_LENGTH = 12;

/** The ARN of a resource's row. */
export function arnOf(
  type: ResourceType,
  row: { readonly account_id: string; readonly region: string; readonly id: string },
): string {
  return arns.arn({ accountId: row.account_id, region: row.region }, type, row.id);
}
