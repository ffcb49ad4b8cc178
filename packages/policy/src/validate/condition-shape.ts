import { readConditionOperator } from "../compile/condition-operator.ts";
import { type JsonNode, repeatedKeyOf } from "../document/json-node.ts";
import { itemsOf } from "./statement-node.ts";

/** The first node that doesn't belong into a Condition; undefined when all is well. */
export function misplacedInCondition(condition: JsonNode): JsonNode | undefined {
  if (condition.type !== "object" || repeatedKeyOf(condition) !== undefined) {
    return condition;
  }
  for (const operator of condition.members) {
    const { value } = operator;
    if (value.type !== "object" || repeatedKeyOf(value) !== undefined) {
      return value;
    }
    // An operator without keys tests nothing; AWS doesn't even ask whether it exists.
    if (value.members.length > 0 && readConditionOperator(operator.key) === undefined) {
      return value;
    }
    const misplaced = value.members
      .flatMap((key) => itemsOf(key.value))
      .find((item) => !["string", "number", "boolean"].includes(item.type));
    if (misplaced !== undefined) {
      return misplaced;
    }
  }
  return undefined;
}
