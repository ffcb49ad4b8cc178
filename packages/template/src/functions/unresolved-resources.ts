import { formatError, TemplateError } from "../document/template-error.ts";

/** The sections whose functions may name resources. */
export type ReferringBlock = "Resources" | "Outputs";

/** Refuses names that no resource has; AWS's text for outputs lacks the usual prefix. */
export function refuseUnresolvedResources(names: ReadonlySet<string>, block: ReferringBlock): void {
  if (names.size === 0) return;
  const list = [...names].join(", ");
  const text = `Unresolved resource dependencies [${list}] in the ${block} block of the template`;
  throw block === "Resources" ? formatError(text) : new TemplateError(text);
}
