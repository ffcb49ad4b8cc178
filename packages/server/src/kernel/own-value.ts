/**
 * The value that a plain object has itself under a name. Every look-up of a text that a caller
 * chose goes through it, or through a `Map`: `record[name]` gives `constructor` and `__proto__` of
 * any object, which nobody put there. test/tidy holds that.
 */
export function ownValue<V>(
  record: Readonly<Record<string, V>> | undefined,
  name: string,
): V | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
