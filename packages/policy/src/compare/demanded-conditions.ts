import type { ConditionEntry } from "../document/policy-document.ts";

/** Operators that demand one of their values, each with or without IfExists. */
const DEMANDING_KINDS = "String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like)|IpAddress|Bool";
const DEMANDING = new RegExp(`^(?:ForAnyValue:)?(?:${DEMANDING_KINDS})(?:IfExists)?$`, "i");

/** Whether a condition demands one of its values. */
export function isDemanding({ operator }: ConditionEntry): boolean {
  return DEMANDING.test(operator);
}

/** The demanded values by their keys, as findings show them. */
export function demandedConditions(
  conditions: readonly ConditionEntry[],
): Readonly<Record<string, string>> {
  const values = new Map<string, Set<string>>();
  for (const entry of conditions.filter(isDemanding)) {
    values.set(entry.key, new Set([...(values.get(entry.key) ?? []), ...entry.values]));
  }
  return Object.fromEntries([...values].map(([key, texts]) => [key, [...texts].join(",")]));
}
