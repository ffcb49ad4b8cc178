import { contextKeysOf } from "@rolecast/policy";

/**
 * Returns the context keys that policies look at by their lower-cased names, each spelled as in the
 * first policy that names it. @throws PolicyCompileError
 */
export function contextKeyNames(texts: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const text of texts) {
    const lowerCased = text.toLowerCase();
    for (const key of contextKeysOf(text)) {
      if (names.has(key)) continue;
      const at = lowerCased.indexOf(key);
      // A key that is written with JSON's escapes isn't found, and stays lower-cased.
      names.set(key, at < 0 ? key : text.slice(at, at + key.length));
    }
  }
  return names;
}
