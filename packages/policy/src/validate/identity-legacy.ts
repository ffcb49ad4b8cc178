import { readConditionOperator } from "../compile/condition-operator.ts";
import { parseDate } from "../compile/parse-date.ts";
import { type JsonNode, type JsonObject, memberOf } from "../document/json-node.ts";
import { isPartition } from "./partitions.ts";
import type { Problem } from "./policy-finding.ts";
import { conditionsOf, itemsOf, statementsOf, stringsOf } from "./statement-node.ts";

/** "The policy failed legacy parsing": what AWS's first parser of old refuses. */
export function* checkLegacyParsing(root: JsonObject): Iterable<Problem> {
  const message = "The policy failed legacy parsing";
  for (const statement of statementsOf(root)) {
    for (const { start, end } of unparsable(statement)) {
      yield { message, start, end };
    }
  }
}

function* unparsable(statement: JsonObject): Iterable<JsonNode> {
  const effect = memberOf(statement, "Effect")?.value;
  if (effect?.type === "string" && effect.value !== "Allow" && effect.value !== "Deny") {
    yield effect;
  }
  for (const { operator, key } of conditionsOf(statement)) {
    if (readConditionOperator(operator.key)?.family === "date") {
      yield* itemsOf(key.value).filter((item) => !isDate(item));
    }
  }
  yield* stringsOf(statement, ["Resource", "NotResource"]).filter(({ value }) =>
    isBrokenArn(value),
  );
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
