import { isMap, mapOf, type Value } from "../document/value.ts";

/** A reference such as `{{resolve:ssm:/name:3}}` to a value outside the template. */
export interface DynamicReference {
  /** The reference as it stands in the text. */
  readonly text: string;
  readonly service: "ssm" | "ssm-secure" | "secretsmanager";
  /** The text after the service's name. */
  readonly key: string;
}

const REFERENCE = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}/g;

/** The dynamic references in a resolved value, each once. */
export function dynamicReferencesIn(value: Value): readonly DynamicReference[] {
  const found = new Map<string, DynamicReference>();
  eachText(value, (text) => {
    for (const [whole, service = "", key = ""] of text.matchAll(REFERENCE))
      found.set(whole, { text: whole, service: service as DynamicReference["service"], key });
  });
  return [...found.values()];
}

/** Puts values in place of dynamic references, by the references' texts; others stay. */
export function withDynamicValues(value: Value, values: ReadonlyMap<string, string>): Value {
  if (typeof value === "string")
    return value.includes("{{resolve:")
      ? value.replace(REFERENCE, (whole) => values.get(whole) ?? whole)
      : value;
  if (Array.isArray(value)) return value.map((item: Value) => withDynamicValues(item, values));
  if (!isMap(value)) return value;
  return mapOf(
    Object.entries(value).map(([key, below]) => [key, withDynamicValues(below, values)]),
  );
}

function eachText(value: Value, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (typeof value === "object" && value !== null)
    for (const below of Object.values(value)) eachText(below, visit);
}
