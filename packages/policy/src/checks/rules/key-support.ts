import { isKeyNamed } from "../../advise/authorization-data.ts";
import type { DataIndex, IndexedAction } from "../data-index.ts";
import type { CheckCode, Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Subject, Text } from "../subject.ts";

const TAG_KEY = /^aws:(?:resourcetag|requesttag)\/|^aws:tagkeys$/;

/** Conditions that requests for some of the actions never meet: they lack the key. */
export function* checkKeySupport(
  condition: ConditionSubject,
  statement: StatementSubject,
  subject: Subject,
): Iterable<Report> {
  const { name, read } = condition;
  const needsKey = read && !read.negated && !read.ifExists && read.set !== "all";
  if (!needsKey || read.family === "null" || !statement.action) return;
  if (TAG_KEY.test(name)) yield* checkTagSupport(condition, statement, subject);
  else if (!subject.data.isGlobalKey(condition.key)) {
    yield* checkActionSupport(condition, statement, subject);
  }
}

/** Patterns of actions are left out, as by AWS. */
function* checkActionSupport(
  { key, place }: ConditionSubject,
  { action }: StatementSubject,
  { data }: Subject,
): Iterable<Report> {
  if (!action || action.negated || data.keyType(key) === undefined) return;
  const without: Text[] = [];
  for (const item of action.items) {
    const known = data.action(item.value);
    if (known && !hasKey(known, key)) without.push(item);
  }
  if (without.length === 0) return;
  const actions = without.map(({ value }) => value).join(", ");
  const places = [...without.map((item) => item.place), place];
  yield { code: "UNSUPPORTED_ACTION_FOR_CONDITION_KEY", places, words: { actions, key } };
}

function hasKey({ keys }: IndexedAction, key: string): boolean {
  return keys.some((each) => isKeyNamed(key, each));
}

const TAG_CODES = {
  Allow: {
    listed: "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    others: "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
  },
  Deny: {
    listed: "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    others: "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
  },
} as const satisfies Record<"Allow" | "Deny", Record<"listed" | "others", CheckCode>>;

function* checkTagSupport(
  { key, place }: ConditionSubject,
  { action, effect }: StatementSubject,
  { data }: Subject,
): Iterable<Report> {
  if (!action || !effect) return;
  const conditionKeyName = key;
  if (action.negated) {
    const places = [action.place, place];
    yield { code: TAG_CODES[effect].others, places, words: { conditionKeyName } };
    return;
  }
  const without = action.items.filter(({ value }) => lacksTags(value, key, data));
  if (without.length === 0) return;
  const prefixes = without.map(({ value }) => value.slice(0, value.indexOf(":")).toLowerCase());
  const serviceNames = [...new Set(prefixes)].join(", ");
  const places = [...without.map((item) => item.place), place];
  yield { code: TAG_CODES[effect].listed, places, words: { conditionKeyName, serviceNames } };
}

/** Whether no action of an action's service has a key of tags. */
function lacksTags(action: string, key: string, data: DataIndex): boolean {
  const service = data.service(action.slice(0, Math.max(0, action.indexOf(":"))));
  return service !== undefined && ![...service.actionKeys].some((each) => isKeyNamed(key, each));
}

/** Keys that only one action sets, and that action. Source: IAM User Guide, "Session tags". */
const SETTERS: readonly (readonly [RegExp, string])[] = [
  [/^sts:sourceidentity$/, "sts:SetSourceIdentity"],
  [/^(?:sts:transitivetagkeys$|aws:tagkeys$|aws:requesttag\/)/, "sts:TagSession"],
];
const ASSUMING = /^sts:assumerole/i;

/** Keys of a session whose values nobody may set, for want of the action. */
export function* checkSetters(
  { name, key, keyPlace }: ConditionSubject,
  { action, effect }: StatementSubject,
): Iterable<Report> {
  const setter = SETTERS.find(([pattern]) => pattern.test(name))?.[1];
  if (setter === undefined || !action || action.negated || effect !== "Allow") return;
  const values = action.items.map(({ value }) => value.toLowerCase());
  const mayAssume = values.some((value) => ASSUMING.test(value));
  const maySet = values.some((value) => value.includes("*") || value === setter.toLowerCase());
  if (!mayAssume || maySet) return;
  const words = { actionName: setter, keyName: key };
  const places = [action.place, keyPlace];
  yield { code: "MISSING_ACTION_FOR_CONDITION_KEY", places, words };
}
