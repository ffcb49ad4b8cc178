import { readConditionOperator } from "../compile/condition-operator.ts";
import { parseDate } from "../compile/parse-date.ts";
import { type JsonNode, type JsonObject, memberOf } from "../document/json-node.ts";
import { type Misplaced, misplaced, reasonOf } from "./misplaced.ts";
import { isPartition } from "./partitions.ts";
import type { Problem } from "./policy-finding.ts";
import { conditionsOf, itemsOf, statementsOf, stringsOf } from "./statement-node.ts";

/** "The policy failed legacy parsing": what AWS's first parser of old refuses. */
export function* checkLegacyParsing(root: JsonObject): Iterable<Problem> {
  const message = "The policy failed legacy parsing";
  for (const statement of statementsOf(root)) {
    for (const wrong of unparsable(statement)) {
      const { start, end } = wrong;
      yield { message, reason: reasonOf(root, wrong), start, end };
    }
  }
}

function* unparsable(statement: JsonObject): Iterable<Misplaced> {
  const effect = memberOf(statement, "Effect")?.value;
  if (effect?.type === "string" && effect.value !== "Allow" && effect.value !== "Deny") {
    yield misplaced(effect, 'expected "Allow" or "Deny", in these letters');
  }
  for (const { operator, key } of conditionsOf(statement)) {
    if (readConditionOperator(operator.key)?.family === "date") {
      for (const item of itemsOf(key.value)) {
        if (!isDate(item)) {
          yield misplaced(item, "expected a date as 2026-01-31T12:00:00Z, or seconds since 1970");
        }
      }
    }
  }
  for (const resource of stringsOf(statement, ["Resource", "NotResource"])) {
    if (isBrokenArn(resource.value)) {
      yield misplaced(resource, "expected arn:partition:service:region:account:resource");
    }
  }
}

function isDate(node: JsonNode): boolean {
  switch (node.type) {
    case "string":
      return parseDate(node.value) !== undefined;
    case "number":
      return parseDate(node.text) !== undefined;
    default:
      return false;
  }
}

/**
 * An empty part in an ARN that isn't long enough to have one, or no service at all. ARNs of unknown
 * partitions are left to the check of resources, which says so.
 */
function isBrokenArn(resource: string): boolean {
  const parts = resource.split(":");
  return (
    parts[0] === "arn" &&
    isPartition(parts[1] ?? "") &&
    ((parts.length < 6 && resource.includes("::")) || (parts.length > 2 && parts[2] === ""))
  );
}
