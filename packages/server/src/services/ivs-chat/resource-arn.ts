import { formatArn, isAccountId, parseArn } from "../../kernel/arn.ts";

export type ResourceType = "room" | "logging-configuration";

/** The account and Region of a resource of this service. */
export interface ResourceLocation {
  readonly accountId: string;
  readonly region: string;
}

/** A resource's ARN, taken apart. */
export interface ResourceReference extends ResourceLocation {
  readonly type: ResourceType;
  readonly id: string;
}

/** Ids of rooms, configurations, messages and events. Source: API reference, the patterns. */
export const ID_LENGTH = 12;
const RESOURCE = /^(room|logging-configuration)\/([a-zA-Z0-9]{12})$/;

/** `arn:aws:ivschat:<region>:<account>:<type>/<id>`. An id of `*` stands for all of them. */
export function resourceArn(at: ResourceLocation, type: ResourceType, id: string): string {
  const { region, accountId } = at;
  return formatArn({ service: "ivschat", region, accountId, resource: `${type}/${id}` });
}

/** The ARN of a stored resource. */
export function arnOfRow(
  type: ResourceType,
  row: { readonly account_id: string; readonly region: string; readonly id: string },
): string {
  return resourceArn({ accountId: row.account_id, region: row.region }, type, row.id);
}

/** Undefined when the text is no ARN of a resource that this service keeps. */
export function parseResourceArn(arn: string): ResourceReference | undefined {
  const parts = parseArn(arn);
  if (parts?.partition !== "aws" || parts.service !== "ivschat") return undefined;
  if (parts.region === "" || !isAccountId(parts.accountId)) return undefined;
  const [, type, id] = RESOURCE.exec(parts.resource) ?? [];
  if (type === undefined || id === undefined) return undefined;
  return { accountId: parts.accountId, region: parts.region, type: type as ResourceType, id };
}
