import { ActionMatcher } from "../compile/action-matcher.ts";
import { type JsonObject, memberOf } from "../document/json-node.ts";
import { PolicyJsonError, parseJson } from "../document/json-parser.ts";
import {
  type Check,
  findingsOf,
  firstProblems,
  type PolicyFinding,
  type Problem,
} from "./policy-finding.ts";
import { checkPrincipalsBy, isDomainName, type PrincipalRules } from "./principal-problems.ts";
import {
  checkEffects,
  checkPresent,
  checkResourcePolicyVersion,
  checkStatementIds,
  checkStatementPresent,
  jsonProblem,
  syntaxProblem,
} from "./resource-shape.ts";
import { checkSharedProviders } from "./shared-providers.ts";
import { statementsOf, stringsOf, textOf } from "./statement-node.ts";

/** The actions that a role trust policy can speak about. */
const ASSUME_ROLE_ACTIONS = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:TagSession",
  "sts:SetSourceIdentity",
  "sts:SetContext",
] as const;

/** Validates a role's trust policy as CreateRole and UpdateAssumeRolePolicy do. */
export function validateTrustPolicy(
  text: string,
  isServicePrincipal: (name: string) => boolean = isDomainName,
): readonly PolicyFinding[] {
  return findingsOf(problemsOf(text, isServicePrincipal), text, "MalformedPolicyDocument");
}

function problemsOf(
  text: string,
  isServicePrincipal: (name: string) => boolean,
): readonly Problem[] {
  try {
    const root = parseJson(text);
    const { start, end } = root;
    if (root.type === "array") {
      return [{ message: "This policy contains invalid Json", start, end }];
    }
    if (root.type !== "object") {
      return [{ message: "This text appears not to be a policy", start, end }];
    }
    const problem = syntaxProblem(text, root);
    return problem === undefined
      ? firstProblems(root, checksFor({ ...TRUST_PRINCIPALS, isServicePrincipal }))
      : [problem];
  } catch (error) {
    if (error instanceof PolicyJsonError) {
      return [jsonProblem(error)];
    }
    throw error;
  }
}

const TRUST_PRINCIPALS: Omit<PrincipalRules, "isServicePrincipal"> = {
  types: ["AWS", "Service", "Federated"],
  bareStar: false,
  invalid: (type, value, { start, end }) => {
    return { message: `Invalid principal in policy: "${type}":"${value}"`, start, end };
  },
};

function checksFor(rules: PrincipalRules): readonly Check<JsonObject>[] {
  return [
    checkResourcePolicyVersion,
    checkStatementPresent,
    checkStatementIds,
    checkEffects,
    checkNoNotPrincipal,
    checkPrincipalsBy(rules),
    checkSharedProviders,
    checkPresent("Action"),
    checkAssumeRoleActions,
    checkNoResource,
  ];
}

function* checkNoNotPrincipal(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    const member = memberOf(statement, "NotPrincipal");
    if (member !== undefined) {
      const message =
        textOf(statement, "Effect") === "Allow"
          ? "Allow with NotPrincipal is not allowed."
          : "AssumeRole policy must not contain NotPrincipal field.";
      yield { message, start: member.keyStart, end: member.value.end };
    }
  }
}

function* checkAssumeRoleActions(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    for (const { value, start, end } of stringsOf(statement, ["Action", "NotAction"])) {
      const matcher = new ActionMatcher({ negated: false, values: [value] });
      if (value === "*" || !ASSUME_ROLE_ACTIONS.some((action) => matcher.matches(action))) {
        const message = "AssumeRole policy may only specify STS AssumeRole actions.";
        yield { message, start, end };
      }
    }
  }
}

function* checkNoResource(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    const resource = memberOf(statement, "Resource");
    const negated = memberOf(statement, "NotResource");
    const message =
      resource === undefined
        ? "AssumeRole policy must not contain resources."
        : "Has prohibited field Resource";
    const found = resource ?? negated;
    if (found !== undefined) {
      yield { message, start: found.keyStart, end: found.value.end };
    }
  }
}
