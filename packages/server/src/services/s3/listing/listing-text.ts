import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { invalidArgument, invalidArgumentOf } from "../errors.ts";
import type { PageStart } from "./list-page.ts";

/** Source: S3 API, ListObjectsV2, "max-keys". */
const MAX_KEYS_MAX = 1000;
const INTEGER_MAX = 2 ** 31 - 1;
/** Marks of continuation tokens: the page ended with a key, or with a common prefix. */
const AFTER_KEY = "1k";
const AFTER_PREFIX = "1p";

/** Throws InvalidArgument. More than 1,000 is taken for 1,000. */
export function readMaxKeys(maxKeys: number | undefined, name = "max-keys"): number {
  if (maxKeys === undefined) return MAX_KEYS_MAX;
  checkInteger(maxKeys, name, String(maxKeys));
  return Math.min(maxKeys, MAX_KEYS_MAX);
}

/** The number of a part that a list of parts begins after; 0 for none. Throws InvalidArgument. */
export function readPartMarker(marker: string | undefined): number {
  if (marker === undefined || marker === "") return 0;
  const number = /^-?\d+$/.test(marker) ? Number(marker) : Number.NaN;
  checkInteger(number, "part-number-marker", marker);
  return number;
}

function checkInteger(number: number, name: string, text: string): void {
  if (number > INTEGER_MAX || !Number.isInteger(number))
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  if (number < 0) {
    // As recorded: this sentence has another name for `max-keys` than the one before.
    const said = name === "max-keys" ? "maxKeys" : name;
    const message = `Argument ${said} must be an integer between 0 and ${INTEGER_MAX}`;
    throw invalidArgument(message, said, text);
  }
}

/** Throws InvalidArgument: no key has this character (S3's answer to ListObjectVersions). */
export function refuseNull(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts))
    if (text.includes("\0")) {
      const message = "Value must be a sequence of Unicode characters and cannot include Null.";
      throw invalidArgument(message, name, text);
    }
}

/** How keys and prefixes are written in a listing. Throws InvalidArgument. */
export function keyEncoder(encodingType: string | undefined): (text: string) => string {
  if (encodingType === undefined) return (text) => text;
  if (encodingType === "url") return encodeKey;
  throw invalidArgument(
    "Invalid Encoding Method specified in Request",
    "encoding-type",
    encodingType,
  );
}

/** Percent-encodes everything but unreserved characters and slashes. */
function encodeKey(key: string): string {
  return encodeURIComponent(Buffer.from(key).toString())
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The token that continues a listing of objects. */
export function writeToken({ after, skipPrefix }: PageStart): string {
  return pageToken(skipPrefix ? AFTER_PREFIX : AFTER_KEY, [after]);
}

/** Throws InvalidArgument. */
export function readToken(token: string): PageStart {
  const skipPrefix = token.startsWith(AFTER_PREFIX);
  const place = readPageToken(token, skipPrefix ? AFTER_PREFIX : AFTER_KEY, ["string"]);
  if (place) return { after: place[0], skipPrefix };
  throw invalidArgumentOf("The continuation token provided is incorrect", "continuation-token");
}
