import { validation } from "../errors.ts";

export type Tags = Readonly<Record<string, string>>;

/** Tag keys that only AWS itself may use. Source: "Tagging AWS resources", naming limits. */
const RESERVED_PREFIX = "aws:";

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
