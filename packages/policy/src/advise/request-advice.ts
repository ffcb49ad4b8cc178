import type { ConditionSubject, StatementSubject, Subject } from "../checks/subject.ts";
import { isKeyNamed } from "./authorization-data.ts";
import type { KnownAction } from "./known-actions.ts";
import type { Advice } from "./policy-warning.ts";

/** So many actions are named in a sentence. */
const NAMED_MAX = 3;

/**
 * Says of which actions requests never have the key, so that the condition never holds. AWS's check
 * leaves patterns out; here one counts if none of its actions has the key.
 */
export function adviseRequests(
  { key, read, keyPlace }: ConditionSubject,
  { effect, action }: StatementSubject,
  known: readonly KnownAction[],
  { data }: Subject,
): readonly Advice[] {
  const needsKey = read && !read.negated && !read.ifExists && read.set !== "all";
  if (!needsKey || read.family === "null" || action?.negated) return [];
  if (/^aws:/i.test(key) || data.keyType(key) === undefined) return [];
  const without = known.filter(({ keys }) => !keys.some((each) => isKeyNamed(key, each)));
  const exact = without.filter(({ item }) => !/[*?]/.test(item.value));
  const named = without.length === known.length ? without : exact;
  if (named.length === 0) return [];
  const names = named.slice(0, NAMED_MAX).map(({ name }) => `\`${name}\``);
  const more = named.length - names.length;
  const listed = more > 0 ? `${names.join(", ")} and ${more} more` : names.join(" and ");
  const verb = effect === "Allow" ? "allows" : "denies";
  const message = `Requests for ${listed} have no \`${key}\`, so this never ${verb} them`;
  return [{ code: "ConditionKeyNotInRequest", message, place: keyPlace }];
}
