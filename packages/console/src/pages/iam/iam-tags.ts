import type { Tag } from "@aws-sdk/client-iam";
import type { TagField } from "../../shared/tags.ts";

export function tagFieldsOf(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value ?? ""]));
}

export function iamTags(fields: readonly TagField[]): Tag[] {
  return fields.map(({ key, value }) => ({ Key: key, Value: value }));
}
