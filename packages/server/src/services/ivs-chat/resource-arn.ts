import {
  ResourceArns,
  type ResourceLocation,
} from "../../kernel/tagged-resources/resource-arns.ts";

export type ResourceType = "room" | "logging-configuration";

/** Ids of rooms, configurations, messages and events. Source: API reference, the patterns. */
export const ID_LENGTH = 12;

export const arns = new ResourceArns<ResourceType>(
  "ivschat",
  ["room", "logging-configuration"],
  /^[a-zA-Z0-9]{12}$/,
);

/** The account and Region of a resource's row. */
export function locationOf(row: {
  readonly account_id: string;
  readonly region: string;
}): ResourceLocation {
  return { accountId: row.account_id, region: row.region };
}

/** The ARN of a resource's row. */
export function arnOfRow(
  type: ResourceType,
  row: { readonly account_id: string; readonly region: string; readonly id: string },
): string {
  return arns.arn(locationOf(row), type, row.id);
}
