import { ownValue } from "./own-value.ts";

/** A row of a form: a tag as it was typed. */
export interface TagField {
  readonly key: string;
  readonly value: string;
}

/** The tags as IVS and S3 take them: a map; of two with one key the later one counts. */
export function tagsOf(fields: readonly TagField[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ key, value }) => [key, value]));
}

/** Returns the changes that turn `before` into `after`. */
export function tagChanges(
  before: Readonly<Record<string, string>>,
  after: readonly TagField[],
): { readonly put: readonly TagField[]; readonly remove: readonly string[] } {
  const wanted = tagsOf(after);
  return {
    put: after.filter(({ key, value }) => ownValue(before, key) !== value),
    remove: Object.keys(before).filter((key) => !Object.hasOwn(wanted, key)),
  };
}
