import type { CheckCode, Report } from "../finding.ts";
import type { ConditionSubject } from "../subject.ts";

/** Conditions that hold for every value or for none, because a lone star is among theirs. */
export function* checkLoneStars({
  operator,
  key,
  read,
  values,
}: ConditionSubject): Iterable<Report> {
  const star = values.find(({ value }) => value === "*");
  if (!star || (read?.family !== "stringLike" && read?.family !== "arnLike")) return;
  const code = meaningOf(read);
  if (code) yield { code, places: [star.place], words: { key, operator } };
}

type Read = NonNullable<ConditionSubject["read"]>;

function meaningOf({ negated, ifExists, set }: Read): CheckCode | undefined {
  if (negated) {
    // Some value that isn't any: there is none.
    if (set === "any") return "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION";
    return "EQUIVALENT_TO_NULL_TRUE";
  }
  if (ifExists || set === "all") return "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION";
  return "EQUIVALENT_TO_NULL_FALSE";
}
