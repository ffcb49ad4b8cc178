import { OPERATOR_NAMES, readConditionOperator } from "../compile/condition-operator.ts";
import { type JsonNode, repeatedKeyOf } from "../document/json-node.ts";
import { nameMeant } from "../spelling.ts";
import { type Misplaced, misplaced } from "./misplaced.ts";
import { itemsOf } from "./statement-node.ts";

/** The first node that doesn't belong into a Condition; undefined when all is well. */
export function misplacedInCondition(condition: JsonNode): Misplaced | undefined {
  if (condition.type !== "object") {
    return misplaced(condition, "expected an object of condition operators");
  }
  const repeated = repeatedKeyOf(condition);
  if (repeated !== undefined) {
    return misplaced(condition, `${repeated.key} stands twice`);
  }
  for (const operator of condition.members) {
    const wrong = misplacedInOperator(operator.key, operator.value);
    if (wrong !== undefined) {
      return wrong;
    }
  }
  return undefined;
}

function misplacedInOperator(name: string, keys: JsonNode): Misplaced | undefined {
  if (keys.type !== "object") {
    return misplaced(keys, "expected an object of condition keys");
  }
  const repeated = repeatedKeyOf(keys);
  if (repeated !== undefined) {
    return misplaced(keys, `${repeated.key} stands twice`);
  }
  // An operator without keys tests nothing; AWS doesn't even ask whether it exists.
  if (keys.members.length > 0 && readConditionOperator(name) === undefined) {
    const bare = name.replace(/^For(?:All|Any)\w*:/i, "").replace(/IfExists$/i, "");
    const meant = nameMeant(bare, OPERATOR_NAMES);
    const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
    return misplaced(keys, `there is no such condition operator${hint}`);
  }
  const wrong = keys.members
    .flatMap((key) => itemsOf(key.value))
    .find((item) => !["string", "number", "boolean"].includes(item.type));
  return wrong && misplaced(wrong, "expected a string, a number, true or false, or a list of them");
}
