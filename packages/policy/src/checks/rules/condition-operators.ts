import { readConditionOperator } from "../../compile/condition-operator.ts";
import { memberOf } from "../../document/json-node.ts";
import type { CheckCode, Report } from "../finding.ts";
import { type Place, placeOfKey, placeOfValue } from "../place.ts";
import type { ConditionSubject, StatementSubject, Subject } from "../subject.ts";

/** Condition blocks: their operators, and whether they hold anything. */
export function* checkOperators(
  { object, place: from }: StatementSubject,
  { text }: Subject,
): Iterable<Report> {
  const member = memberOf(object, "Condition");
  if (member?.value.type !== "object") return;
  const place = placeOfValue(from, member);
  if (member.value.members.length === 0) yield { code: "EMPTY_OBJECT_CONDITION", places: [place] };
  for (const operator of member.value.members) {
    const places = [placeOfKey(place, operator, text)];
    const code = operatorProblem(operator.key);
    if (code) yield { code, places, words: { operator: operator.key } };
    if (operator.value.type === "object" && operator.value.members.length === 0) {
      yield { code: "EMPTY_OBJECT_CONDITION", places: [placeOfValue(place, operator)] };
    }
  }
}

const QUALIFIER = /^(?:ForAllValues|ForAnyValue):/i;

function operatorProblem(operator: string): CheckCode | undefined {
  const bare = operator.replace(QUALIFIER, "");
  if (/^NullIfExists$/i.test(bare)) return "NULL_WITH_IF_EXISTS";
  if (bare !== operator && /^Null$/i.test(bare)) return "NULL_WITH_QUALIFIER";
  return readConditionOperator(bare) ? undefined : "INVALID_CONDITION_OPERATOR";
}

/** Keys without values. */
export function* checkEmptyValues(condition: ConditionSubject): Iterable<Report> {
  const { key, place, values, read } = condition;
  if (values.length > 0 || !isArray(place)) return;
  const code: CheckCode =
    read?.set === "all"
      ? "EMPTY_ARRAY_CONDITION_FORALLVALUES"
      : read?.set === "any"
        ? "EMPTY_ARRAY_CONDITION_FORANYVALUE"
        : read?.ifExists
          ? "EMPTY_ARRAY_CONDITION_IFEXISTS"
          : "EMPTY_ARRAY_CONDITION";
  yield { code, places: [place], words: { key } };
}

/** Values of a wrong type have been reported as such, so that only an array is left without any. */
function isArray({ start, end }: Place): boolean {
  return end > start;
}

/** One key in two spellings, which AWS holds for one. */
export function* checkRepeatedKeys({ conditions }: StatementSubject): Iterable<Report> {
  const seen = new Map<string, ConditionSubject>();
  for (const condition of conditions) {
    const id = JSON.stringify([condition.operator, condition.name]);
    const before = seen.get(id);
    if (before && before.key !== condition.key) {
      const places = [before.keyPlace, condition.keyPlace];
      yield { code: "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", places, words: { key: condition.key } };
    }
    seen.set(id, before ?? condition);
  }
}
