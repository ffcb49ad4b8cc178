import { formatError } from "../document/template-error.ts";
import type { Value } from "../document/value.ts";

export type PolicyKey = "DeletionPolicy" | "UpdateReplacePolicy";

/** The options of each attribute (Template Reference, "Resource attribute reference"). */
const POLICIES: Readonly<Record<PolicyKey, ReadonlySet<string>>> = {
  DeletionPolicy: new Set(["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"]),
  UpdateReplacePolicy: new Set(["Delete", "Retain", "Snapshot"]),
};

/** @throws TemplateError if a resource's attribute has no such option. */
export function checkPolicy(resource: string, key: PolicyKey, value: Value): string {
  if (typeof value !== "string") throw formatError(`Every ${key} member must be a string.`);
  if (!POLICIES[key].has(value))
    throw formatError(`Unrecognized ${key} ${value} for resource ${resource}`);
  return value;
}
