import { MAX_NAME_LENGTH } from "../document/limits.ts";
import { formatError, TemplateError } from "../document/template-error.ts";
import type { MapValue } from "../document/value.ts";

/** Refuses logical names that aren't letters and digits. `kind` is AWS's word for the thing. */
export function checkName(kind: string, name: string): void {
  if (!/^[A-Za-z0-9]+$/.test(name)) throw formatError(`${kind} name ${name} is non alphanumeric.`);
  if (name.length > MAX_NAME_LENGTH)
    throw formatError(`${kind} name ${name} exceeds the maximum length of ${MAX_NAME_LENGTH}.`);
}

/** Refuses members that a declaration doesn't have, with AWS's text for the first of them. */
export function checkMembers(kind: string, map: MapValue, known: ReadonlySet<string>): void {
  const unknown = Object.keys(map).find((key) => !known.has(key));
  if (unknown !== undefined)
    throw new TemplateError(`Invalid template ${kind} property '${unknown}'`);
}
