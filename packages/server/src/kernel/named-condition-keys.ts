import { type ContextEntries, READINGS_MAX, Spellings } from "./authorization.ts";

/**
 * The condition keys that end with a name of somebody's choice: `aws:RequestTag/<key>`,
 * `kms:EncryptionContext:<name>`. Policies write condition keys in any case, while services keep
 * names as they are spelled, so that several names may share a key. Every value is kept that a
 * decision goes through, and one more: a request is allowed only if it is allowed with each.
 *
 * @param prefix - lower-cased, with its separator: `aws:requesttag/`
 */
export function namedKeys(
  prefix: string,
  pairs: Iterable<readonly [name: string, value: string]>,
): ContextEntries {
  const entries: Record<string, string | Spellings> = {};
  for (const [name, value] of pairs) {
    const key = prefix + name.toLowerCase();
    const before = entries[key];
    entries[key] = before === undefined ? value : withSpelling(before, value);
  }
  return entries;
}

function withSpelling(before: string | Spellings, value: string): string | Spellings {
  const values = typeof before === "string" ? [before] : before.values;
  // A decision denies with so many; to go on would cost the square of what a caller sends.
  if (values.length > READINGS_MAX || values.includes(value)) return before;
  return new Spellings([...values, value]);
}
