import type { RequestContext } from "../request-context.ts";
import { withSystemTags } from "../system-tags.ts";

export type Tags = Readonly<Record<string, string>>;

/** A row's tags. The text is our own, written by `writeTags`. */
export function readTags(text: string): Record<string, string> {
  const tags: Record<string, string> = JSON.parse(text);
  return tags;
}

export function writeTags(tags: Tags | undefined): string {
  return JSON.stringify(tags ?? {});
}

/** The tags of a new resource as its row has them, with those that AWS itself gives it. */
export function newTags(tags: Tags | undefined, context: RequestContext): string {
  return writeTags(withSystemTags(tags, context));
}
