import { floatText } from "@rolecast/wire";

/** Members that are floating-point in the JSON that AWS keeps about alarms: `"threshold":2.0`. */
const FLOATS: ReadonlySet<string> = new Set([
  "recentDatapoints",
  "sampleCount",
  "threshold",
  "value",
]);

/** Facts about an alarm as JSON. For those that were made here: a caller's may be too deep. */
export function alarmJson(facts: unknown, isFloat = false): string {
  if (typeof facts === "number" && isFloat) return floatText(facts);
  if (typeof facts !== "object" || facts === null) return JSON.stringify(facts) ?? "null";
  if (Array.isArray(facts)) return `[${facts.map((item) => alarmJson(item, isFloat)).join(",")}]`;
  const members = Object.entries(facts).flatMap(([name, member]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${alarmJson(member, FLOATS.has(name))}`],
  );
  return `{${members.join(",")}}`;
}
