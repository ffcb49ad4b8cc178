import { formatError } from "../document/template-error.ts";
import { isMap, type MapValue, member, type Value } from "../document/value.ts";
import { checkMembers } from "./names.ts";
import type { RuleAssertion, RuleDeclaration } from "./template.ts";

const RULE_MEMBERS = new Set(["RuleCondition", "Assertions"]);
const ASSERTION_MEMBERS = new Set(["Assert", "AssertDescription"]);

/** The rules of a template's section. */
export function declareRules(section: MapValue): ReadonlyMap<string, RuleDeclaration> {
  return new Map(Object.entries(section).map(([name, rule]) => [name, declareRule(name, rule)]));
}

function declareRule(name: string, rule: Value): RuleDeclaration {
  if (!isMap(rule)) throw formatError("Any Rules member must be an object.");
  checkMembers("rule", rule, RULE_MEMBERS);
  const assertions = member(rule, "Assertions");
  if (!Array.isArray(assertions) || assertions.length === 0)
    throw formatError(`[/Rules/${name}] Every Rules object must contain a list of Assertions.`);
  return {
    name,
    condition: member(rule, "RuleCondition"),
    assertions: assertions.map((assertion) => declareAssertion(name, assertion as Value)),
  };
}

function declareAssertion(name: string, assertion: Value): RuleAssertion {
  if (!isMap(assertion) || member(assertion, "Assert") === undefined)
    throw formatError(`[/Rules/${name}/Assertions] Every assertion must contain an Assert member.`);
  checkMembers("rule assertion", assertion, ASSERTION_MEMBERS);
  const description = member(assertion, "AssertDescription");
  return {
    assert: member(assertion, "Assert") ?? null,
    description: description === undefined ? undefined : String(description),
  };
}
