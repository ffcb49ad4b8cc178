/**
 * The value that a plain object has itself under a name that a document chose: `record[name]` gives
 * `constructor` of any object.
 */
export function ownValue<V>(record: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
