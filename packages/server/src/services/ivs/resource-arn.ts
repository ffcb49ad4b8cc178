import { ResourceArns } from "../../kernel/tagged-resources/resource-arns.ts";

export type ResourceType =
  | "channel"
  | "stream-key"
  | "recording-configuration"
  | "playback-key"
  | "playback-restriction-policy"
  | "ad-configuration";

export const RESOURCE_TYPES: readonly ResourceType[] = [
  "channel",
  "stream-key",
  "recording-configuration",
  "playback-key",
  "playback-restriction-policy",
  "ad-configuration",
];

/** Source of the ids: IVS API reference, the ARNs' patterns. */
export const arns = new ResourceArns<ResourceType>("ivs", RESOURCE_TYPES, /^[a-zA-Z0-9-]+$/);
