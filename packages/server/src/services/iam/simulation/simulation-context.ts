import type * as iam from "@aws-sdk/client-iam";
import { type ContextValue, type ContextValueType, isContextValue } from "@rolecast/policy";
import { invalidInput } from "../errors.ts";

/** AWS's words for a value of the wrong type; values of other types are any text. */
const FORMS: Readonly<Record<ContextValueType, string>> = {
  numeric: "numeric format",
  date: "DateTime format",
  ip: "IP address",
  binary: "base-64 encoded binary format",
};

/**
 * `ContextEntries` by lower-cased key. A list type makes a multivalued key, whatever its length.
 *
 * @throws InvalidInput
 */
export function entriesOf(
  entries: readonly iam.ContextEntry[] | undefined,
): ReadonlyMap<string, ContextValue> {
  const values = new Map<string, ContextValue>();
  for (const entry of entries ?? []) {
    // A structure without members leaves no trace in a request.
    if (Object.values(entry).every((member) => member === undefined)) continue;
    const { ContextKeyName: name, ContextKeyValues = [], ContextKeyType: type } = entry;
    if (!name) throw invalidInput("ContextKeyName cannot be null or empty.");
    const key = name.toLowerCase();
    if (values.has(key)) throw invalidInput(`Duplicate context key: ${name}.`);
    values.set(key, contextValue(name, type, ContextKeyValues));
  }
  return values;
}

function contextValue(
  name: string,
  type: string | undefined,
  given: readonly string[],
): ContextValue {
  if (type === undefined) throw invalidInput(`Context key ${name} has invalid type null.`);
  const [first, ...others] = given;
  if (first === undefined)
    throw invalidInput(`Context values for context key ${name} cannot be null or empty.`);
  const isList = type.endsWith("List");
  if (!isList && others.length > 0)
    throw invalidInput(
      `Context key ${type} expected a single value, but received ${given.length}.`,
    );
  const single = type.replace(/List$/, "");
  if (hasForm(single) && !given.every((text) => isContextValue(single, text)))
    throw invalidInput(`Invalid context value for key ${name}: expected ${FORMS[single]}.`);
  return isList ? given : first;
}

function hasForm(type: string): type is ContextValueType {
  return Object.hasOwn(FORMS, type);
}
