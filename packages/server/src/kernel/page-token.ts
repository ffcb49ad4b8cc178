import { createHash } from "node:crypto";

/** A mark's length: enough that no other list has it by chance. */
const MARK_LENGTH = 12;

type Kind = "string" | "number";

/** The end of a page: its last row's values of the columns that sort the list. */
type Place<Kinds extends readonly Kind[]> = {
  readonly [Index in keyof Kinds]: Kinds[Index] extends "number" ? number : string;
};

/**
 * The token that continues a list after `place`. It begins with `mark`, which names the list, or by
 * `markOf` the list with its filters. It holds no secret and is trusted with nothing: a caller that
 * makes one up reads the same list from another place.
 */
export function pageToken(mark: string, place: readonly (string | number)[]): string {
  const text = JSON.stringify(place).slice(1, -1);
  return mark + Buffer.from(text).toString("base64url");
}

/**
 * The place in a caller's token. Undefined for a token of another list, or none of ours: the
 * service refuses it in its own words.
 */
export function readPageToken<const Kinds extends readonly Kind[]>(
  token: string,
  mark: string,
  kinds: Kinds,
): Place<Kinds> | undefined {
  if (!token.startsWith(mark)) return undefined;
  const place = parsed(Buffer.from(token.slice(mark.length), "base64url").toString());
  const fits =
    place.length === kinds.length &&
    place.every((value, index): value is string | number => typeof value === kinds[index]);
  // Node's decoder skips what isn't base64url: only the one spelling that was given is taken.
  if (!fits || pageToken(mark, place) !== token) return undefined;
  return place as unknown as Place<Kinds>;
}

/** The mark of a list with its filters, all of which a token is for. */
export function markOf(scope: readonly unknown[]): string {
  const digest = createHash("sha256").update(JSON.stringify(scope)).digest("base64url");
  return digest.slice(0, MARK_LENGTH);
}

function parsed(text: string): readonly unknown[] {
  try {
    return JSON.parse(`[${text}]`) as unknown[];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
