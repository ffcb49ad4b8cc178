import type { JsonObject } from "../document/json-node.ts";
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
  checkStatementPresent,
  jsonProblem,
  syntaxProblem,
} from "./resource-shape.ts";

/**
 * Validates a KMS key's policy as CreateKey and PutKeyPolicy do. Actions, resources and condition
 * keys may be any: KMS takes what it doesn't know.
 */
export function validateKeyPolicy(
  text: string,
  isServicePrincipal: (name: string) => boolean = isDomainName,
): readonly PolicyFinding[] {
  const problems = problemsOf(text, { ...KEY_PRINCIPALS, isServicePrincipal });
  return findingsOf(problems, text, "MalformedPolicyDocument");
}

const KEY_PRINCIPALS: Omit<PrincipalRules, "isServicePrincipal"> = {
  types: ["AWS", "Service", "Federated"],
  bareStar: true,
  invalid: (_type, _value, { start, end }) => {
    const message = "Policy contains a statement with one or more invalid principals.";
    return { message, start, end };
  },
};

function problemsOf(text: string, rules: PrincipalRules): readonly Problem[] {
  try {
    const root = parseJson(text);
    if (root.type !== "object") {
      return [{ message: "This policy contains invalid Json", start: root.start, end: root.end }];
    }
    const problem = syntaxProblem(text, root);
    return problem === undefined ? firstProblems(root, checksFor(rules)) : [problem];
  } catch (error) {
    if (error instanceof PolicyJsonError) {
      return [jsonProblem(error)];
    }
    throw error;
  }
}

function checksFor(rules: PrincipalRules): readonly Check<JsonObject>[] {
  return [
    checkResourcePolicyVersion,
    checkStatementPresent,
    checkEffects,
    checkPrincipalsBy(rules),
    checkPresent("Action"),
    checkPresent("Resource"),
  ];
}
