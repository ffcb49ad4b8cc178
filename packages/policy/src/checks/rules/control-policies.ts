import { memberOf } from "../../document/json-node.ts";
import type { Report } from "../finding.ts";
import { placeOfKey } from "../place.ts";
import type { ConditionSubject, StatementSubject, Subject } from "../subject.ts";

/**
 * The language of resource control policies, which is narrower than that of others. Source: AWS
 * Organizations User Guide, "RCP syntax".
 */
export function* checkRcp(statement: StatementSubject, subject: Subject): Iterable<Report> {
  if (subject.policyType !== "RESOURCE_CONTROL_POLICY") return;
  const { object, place, effect, action, resource, principal, conditions } = statement;
  const isAnybody =
    !principal || (!principal.negated && (principal.bare === "*" || isStarOnly(principal)));
  if (principal && !isAnybody) {
    yield { code: "RCP_SYNTAX_ERROR_PRINCIPAL", places: [principal.place] };
  }
  const negated = memberOf(object, "NotAction");
  if (negated) {
    const places = [placeOfKey(place, negated, subject.text)];
    yield { code: "RCP_SYNTAX_ERROR_NOTACTION", places };
  }
  if (effect === "Allow") {
    const isAll =
      resource && !resource.negated && resource.items.every(({ value }) => value === "*");
    if (!isAll || conditions.length > 0) yield { code: "RCP_SYNTAX_ERROR_ALLOW", places: [place] };
    return;
  }
  if (action?.negated) return;
  for (const { value, place: at } of action?.items ?? []) {
    const prefix = value.slice(0, Math.max(0, value.indexOf(":")));
    if (prefix !== "" && subject.data.reachedByControlPolicies(prefix)) continue;
    yield { code: "RCP_SYNTAX_ERROR_ACTION", places: [at] };
  }
}

function isStarOnly({ entries }: NonNullable<StatementSubject["principal"]>): boolean {
  return entries.every(
    ({ type, values }) => type === "AWS" && values.every(({ value }) => value === "*"),
  );
}

/** Keys about IAM's principals, which requests of services lack. */
const OF_PRINCIPALS = /^aws:principal(?:account|arn|orgid|orgpaths)$|^aws:principaltag\//;
/** Keys about for whom a service calls, which other requests lack. */
const OF_SOURCES = /^aws:source(?:account|orgid|orgpaths)$/;
const IS_SERVICE = "aws:principalisawsservice";

/** Conditions of resource control policies that would deny what isn't meant. */
export function* checkRcpConditions(
  { name, key, read, keyPlace }: ConditionSubject,
  { effect, conditions }: StatementSubject,
  { policyType }: Subject,
): Iterable<Report> {
  const isDeny = policyType === "RESOURCE_CONTROL_POLICY" && effect === "Deny";
  if (!isDeny || !read?.negated) return;
  const places = [keyPlace];
  const words = { conditionKeyName: key };
  if (OF_PRINCIPALS.test(name) && !saysService(conditions, "false")) {
    yield { code: "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", places, words };
  }
  if (!OF_SOURCES.test(name)) return;
  if (!saysService(conditions, "true")) {
    yield { code: "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", places, words };
  }
  const asksPresence = conditions.some(
    (each) =>
      each.read?.family === "null" &&
      /^aws:source(?:account|arn)$/.test(each.name) &&
      each.values.some(({ value }) => value === "false"),
  );
  if (!asksPresence) yield { code: "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", places, words };
}

function saysService(conditions: readonly ConditionSubject[], wanted: string): boolean {
  return conditions.some(
    ({ name, read, values }) =>
      name === IS_SERVICE &&
      read?.family === "bool" &&
      values.some(({ value }) => value.toLowerCase() === wanted),
  );
}
