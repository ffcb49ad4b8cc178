import type { RequestContext } from "../../../kernel/request-context.ts";
import { resourceNotFound, validation } from "../errors.ts";
import { parseResourceArn, type ResourceReference, type ResourceType } from "../resource-arn.ts";

export type Tags = Readonly<Record<string, string>>;

export type TaggedTable =
  | "ivs_channels"
  | "ivs_stream_keys"
  | "ivs_recording_configurations"
  | "ivs_playback_key_pairs"
  | "ivs_playback_restriction_policies"
  | "ivs_ad_configurations";

/** Tag keys that only AWS itself may use. Source: "Tagging AWS resources", naming limits. */
const RESERVED_PREFIX = "aws:";

export function taggedTable(type: ResourceType): TaggedTable {
  switch (type) {
    case "channel":
      return "ivs_channels";
    case "stream-key":
      return "ivs_stream_keys";
    case "recording-configuration":
      return "ivs_recording_configurations";
    case "playback-key":
      return "ivs_playback_key_pairs";
    case "playback-restriction-policy":
      return "ivs_playback_restriction_policies";
    case "ad-configuration":
      return "ivs_ad_configurations";
    default:
      return type satisfies never;
  }
}

/** A row's tags. The text is our own, written by `writeTags`. */
export function readTags(text: string): Record<string, string> {
  const tags: Record<string, string> = JSON.parse(text);
  return tags;
}

export function writeTags(tags: Tags | undefined): string {
  return JSON.stringify(tags ?? {});
}

export function refuseReservedTags(keys: readonly string[]): void {
  const reserved = keys.find((key) => key.toLowerCase().startsWith(RESERVED_PREFIX));
  if (reserved !== undefined) throw validation(`Tag key ${reserved} uses the reserved prefix aws:`);
}

/** The reference behind an ARN of one type, in the caller's account and the request's Region. */
export function ownReference(
  arn: string,
  type: ResourceType,
  context: RequestContext,
): ResourceReference {
  const reference = parseResourceArn(arn);
  if (
    reference?.type !== type ||
    reference.accountId !== context.accountId ||
    reference.region !== context.region
  )
    throw resourceNotFound(arn);
  return reference;
}
