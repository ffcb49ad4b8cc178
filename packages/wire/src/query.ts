import { MAX_QUERY_MEMBERS } from "./limits.ts";
import type { WireRequest } from "./message.ts";
import { WireError } from "./wire-error.ts";

/** Decoded members of a query string or form, in order; names may repeat. */
export class ParsedForm {
  readonly entries: readonly (readonly [name: string, value: string])[];
  readonly #first: ReadonlyMap<string, string>;

  constructor(entries: readonly (readonly [name: string, value: string])[]) {
    this.entries = entries;
    const first = new Map<string, string>();
    for (const [name, value] of entries) if (!first.has(name)) first.set(name, value);
    this.#first = first;
  }

  /** The first value of that name. A member without "=" has the empty value. */
  get(name: string): string | undefined {
    return this.#first.get(name);
  }

  has(name: string): boolean {
    return this.#first.has(name);
  }

  all(name: string): string[] {
    const values: string[] = [];
    for (const [key, value] of this.entries) if (key === name) values.push(value);
    return values;
  }
}

/**
 * Parses a query string or `application/x-www-form-urlencoded` text, where "+" is a space.
 * Throws WireError `MalformedQueryString` for a bad escape or too many members.
 */
export function parseQuery(raw: string): ParsedForm {
  const entries: [string, string][] = [];
  let start = 0;
  while (start < raw.length) {
    let end = raw.indexOf("&", start);
    if (end === -1) end = raw.length;
    if (end > start) {
      if (entries.length === MAX_QUERY_MEMBERS) {
        throw new WireError("MalformedQueryString", "The query string has too many parameters.");
      }
      const equals = raw.indexOf("=", start);
      const split = equals === -1 || equals > end ? end : equals;
      entries.push([component(raw.slice(start, split)), component(raw.slice(split + 1, end))]);
    }
    start = end + 1;
  }
  return new ParsedForm(entries);
}

const NO_QUERY = new ParsedForm([]);
const parsedQueries = new WeakMap<object, ParsedForm>();

/** The request's query string, parsed once: matching and decoding both need it. */
export function requestQuery(request: Pick<WireRequest, "rawQuery">): ParsedForm {
  if (request.rawQuery === "") return NO_QUERY;
  let query = parsedQueries.get(request);
  if (query === undefined) {
    query = parseQuery(request.rawQuery);
    parsedQueries.set(request, query);
  }
  return query;
}

function component(raw: string): string {
  const spaced = raw.includes("+") ? raw.replaceAll("+", " ") : raw;
  const decoded = percentDecode(spaced);
  if (decoded === undefined) {
    throw new WireError("MalformedQueryString", "The query string contains a malformed escape.");
  }
  return decoded;
}

/** Decodes `%XX` to UTF-8 text, undefined when an escape is malformed or the bytes aren't UTF-8. */
export function percentDecode(raw: string): string | undefined {
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
