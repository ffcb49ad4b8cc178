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

/** The first of the keys that callers may not use; undefined where there is none. */
export function reservedTagKey(keys: readonly string[]): string | undefined {
  return keys.find((key) => key.toLowerCase().startsWith(RESERVED_PREFIX));
}
