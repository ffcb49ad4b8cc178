import { type OperatorFamily, readConditionOperator } from "../compile/condition-operator.ts";
import type { ConditionEntry, PolicyStatement } from "../document/policy-document.ts";
import { nameMeant } from "../spelling.ts";
import { didYouMean, type NamedAction } from "./action-advice.ts";
import { type AuthorizationData, isKeyNamed, keyType } from "./authorization-data.ts";
import type { Advice } from "./policy-warning.ts";

/** So many actions are named in a sentence. */
const NAMED_MAX = 3;

/**
 * The types of keys that operators compare. String operators compare every type's text.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
 */
const COMPARED: Readonly<Partial<Record<OperatorFamily, readonly string[]>>> = {
  arnLike: ["ARN", "String"],
  bool: ["Bool", "String"],
  binaryEquals: ["Binary", "String"],
  ipAddress: ["IPAddress"],
  numeric: ["Numeric", "Date", "Long"],
  date: ["Date", "Numeric"],
};
/** The types whose texts differ in form for one value, so that comparing texts fails. */
const NOT_TEXT = new Set(["IPAddress", "Numeric", "Date"]);

/** Advice on a statement's conditions; `known` are those of its actions that there are. */
export function adviseConditions(
  statement: PolicyStatement,
  known: readonly NamedAction[],
  data: AuthorizationData,
): readonly Advice[] {
  return statement.conditions.flatMap((condition) => {
    const type = keyType(data, condition.key);
    if (type === undefined) return noSuchKey(condition, data);
    return [...adviseOperator(condition, type), ...adviseRequests(statement, condition, known)];
  });
}

function noSuchKey({ key }: ConditionEntry, data: AuthorizationData): readonly Advice[] {
  const prefix = key.slice(0, Math.max(0, key.indexOf(":"))).toLowerCase();
  const own = data.services[prefix]?.keys;
  // Identity providers' keys begin with their own names: "accounts.google.com:aud".
  const isForeign = own === undefined && prefix !== "aws" && prefix !== "";
  if (isForeign) return [];
  const names = [...Object.keys(data.globalKeys), ...Object.keys(own ?? {})];
  const meant = nameMeant(key, names) ?? nameMeant(`aws:${key}`, names);
  const message = `AWS lists no condition key \`${key}\`${didYouMean(meant)}`;
  return [{ code: "NoSuchConditionKey", message, about: key }];
}

function adviseOperator({ operator, key }: ConditionEntry, type: string): readonly Advice[] {
  const read = readConditionOperator(operator);
  if (!read || read.family === "null") return [];
  const isList = type.startsWith("ArrayOf");
  const single = type.replace(/^ArrayOf/, "");
  const compared = COMPARED[read.family];
  const fits = compared ? compared.includes(single) : !NOT_TEXT.has(single);
  if (!fits) {
    const message = `\`${operator}\` doesn't fit \`${key}\`, whose values are of type ${single}`;
    return [{ code: "OperatorDoesNotFit", message, about: key }];
  }
  if (isList && read.set === undefined) {
    const message = [
      `\`${key}\` has several values: \`${operator}\` needs \`ForAnyValue:\``,
      "or `ForAllValues:` before it",
    ].join(" ");
    return [{ code: "OperatorDoesNotFit", message, about: key }];
  }
  return [];
}

/** Says of which actions requests never have the key, so that the condition never holds. */
function adviseRequests(
  { effect, action }: PolicyStatement,
  { operator, key }: ConditionEntry,
  known: readonly NamedAction[],
): readonly Advice[] {
  const read = readConditionOperator(operator);
  const needsKey = read && !read.negated && !read.ifExists && read.set !== "all";
  const isGlobal = /^aws:/i.test(key);
  if (!needsKey || read.family === "null" || isGlobal || action.negated) return [];
  const without = known.filter(({ keys }) => !keys.some((each) => isKeyNamed(key, each)));
  const exact = without.filter(({ written }) => !/[*?]/.test(written));
  const named = without.length === known.length ? without : exact;
  if (named.length === 0) return [];
  const names = named.slice(0, NAMED_MAX).map(({ name }) => `\`${name}\``);
  const more = named.length - names.length;
  const listed = more > 0 ? `${names.join(", ")} and ${more} more` : names.join(" and ");
  const verb = effect === "Allow" ? "allows" : "denies";
  const message = `Requests for ${listed} have no \`${key}\`, so this never ${verb} them`;
  return [{ code: "ConditionKeyNotInRequest", message, about: key }];
}
