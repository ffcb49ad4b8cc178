import { formatArn, isAccountId, parseArn } from "../../kernel/arn.ts";

export type ResourceType =
  | "channel"
  | "stream-key"
  | "recording-configuration"
  | "playback-key"
  | "playback-restriction-policy"
  | "ad-configuration";

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

const TYPES: readonly string[] = [
  "channel",
  "stream-key",
  "recording-configuration",
  "playback-key",
  "playback-restriction-policy",
  "ad-configuration",
] satisfies ResourceType[];

/** Source: IVS API reference, the ARNs' patterns. */
const ID = /^[a-zA-Z0-9-]+$/;

/** `arn:aws:ivs:<region>:<account>:<type>/<id>`. An id of `*` stands for what isn't made yet. */
export function resourceArn(at: ResourceLocation, type: ResourceType, id: string): string {
  const { region, accountId } = at;
  return formatArn({ service: "ivs", region, accountId, resource: `${type}/${id}` });
}

/** Undefined when the text is no ARN of a resource that this service keeps. */
export function parseResourceArn(arn: string): ResourceReference | undefined {
  const parts = parseArn(arn);
  if (parts?.partition !== "aws" || parts.service !== "ivs") return undefined;
  if (parts.region === "" || !isAccountId(parts.accountId)) return undefined;
  const slash = parts.resource.indexOf("/");
  const type = parts.resource.slice(0, slash);
  const id = parts.resource.slice(slash + 1);
  if (slash < 0 || !ID.test(id) || !isResourceType(type)) return undefined;
  return { accountId: parts.accountId, region: parts.region, type, id };
}

function isResourceType(text: string): text is ResourceType {
  return TYPES.includes(text);
}
