import { ActionMatcher } from "../compile/action-matcher.ts";
import { globMatches, globOf } from "../compile/glob.ts";
import { tokenizePattern } from "../compile/pattern-tokens.ts";
import { type JsonObject, type JsonString, memberOf } from "../document/json-node.ts";
import { PolicyJsonError, parseJson } from "../document/json-parser.ts";
import { PARTITIONS } from "./partitions.ts";
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
import { S3_BUCKET_ACTIONS, S3_OBJECT_ACTIONS } from "./s3-actions.ts";
import { actionsOfConditionKey } from "./s3-condition-keys.ts";
import { conditionsOf, statementsOf, stringsOf, textOf } from "./statement-node.ts";

/**
 * Validates a bucket policy as PutBucketPolicy does. With `bucketName`, resources must lie in that
 * bucket.
 */
export function validateBucketPolicy(
  text: string,
  bucketName: string | undefined,
  isServicePrincipal: (name: string) => boolean = isDomainName,
): readonly PolicyFinding[] {
  const rules = { ...BUCKET_PRINCIPALS, isServicePrincipal };
  return findingsOf(problemsOf(text, checksFor(rules, bucketName)), text, "MalformedPolicy");
}

function problemsOf(text: string, checks: readonly Check<JsonObject>[]): readonly Problem[] {
  if (!text.startsWith("{")) {
    const message = "Policies must be valid JSON and the first byte must be '{'";
    return [{ message, start: 0, end: 0 }];
  }
  try {
    const root = parseJson(text);
    if (root.type !== "object") {
      return [{ message: "This policy contains invalid Json", start: 0, end: root.end }];
    }
    // In a trust policy, no elements at all are an error of syntax.
    const problem = root.members.length === 0 ? undefined : syntaxProblem(text, root);
    return problem === undefined ? firstProblems(root, checks) : [problem];
  } catch (error) {
    if (error instanceof PolicyJsonError) {
      return [jsonProblem(error)];
    }
    throw error;
  }
}

const BUCKET_PRINCIPALS: Omit<PrincipalRules, "isServicePrincipal"> = {
  types: ["AWS", "Service", "Federated", "CanonicalUser"],
  bareStar: true,
  invalid: (type, value, { start, end }) => {
    return { message: "Invalid principal in policy", detail: `"${type}" : "${value}"`, start, end };
  },
};

function checksFor(
  rules: PrincipalRules,
  bucketName: string | undefined,
): readonly Check<JsonObject>[] {
  return [
    checkResourcePolicyVersion,
    checkStatementPresent,
    checkStatementIds,
    checkEffects,
    checkNoAllowToOthers,
    checkPrincipalsBy(rules),
    checkPresent("Action"),
    checkPresent("Resource"),
    checkS3Actions,
    (root) => checkS3Resources(root, bucketName),
    checkActionsApply,
    checkConditionKeys,
    checkConditionsApply,
  ];
}

function* checkNoAllowToOthers(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    const member = memberOf(statement, "NotPrincipal");
    if (member !== undefined && textOf(statement, "Effect") === "Allow") {
      const message = "Allow with NotPrincipal is not allowed.";
      yield { message, start: member.keyStart, end: member.value.end };
    }
  }
}

function covers(pattern: string, names: readonly string[]): boolean {
  const matcher = new ActionMatcher({ negated: false, values: [pattern] });
  return names.some((name) => matcher.matches(`s3:${name}`));
}

function* checkS3Actions(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    for (const { value, start, end } of stringsOf(statement, ["Action", "NotAction"])) {
      if (!covers(value, S3_BUCKET_ACTIONS) && !covers(value, S3_OBJECT_ACTIONS)) {
        yield { message: "Policy has invalid action", detail: value, start, end };
      }
    }
  }
}

function* checkS3Resources(root: JsonObject, bucketName: string | undefined): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    for (const { value, start, end } of stringsOf(statement, ["Resource", "NotResource"])) {
      if (!isResourceOf(value, bucketName)) {
        yield { message: "Policy has invalid resource", detail: value, start, end };
      }
    }
  }
}

/** "*", the bucket, or something in it. Wildcards in the bucket's name must be able to cover it. */
function isResourceOf(resource: string, bucketName: string | undefined): boolean {
  if (resource === "*") {
    return true;
  }
  const [arn, partition = "", service, region, account, ...rest] = resource.split(":");
  const isS3 = arn === "arn" && PARTITIONS.has(partition) && service === "s3";
  const name = rest.join(":").split("/")[0] ?? "";
  if (!isS3 || region !== "" || account !== "" || name === "") {
    return false;
  }
  const glob = globOf(tokenizePattern(name, { variables: false, wildcards: true }));
  return bucketName === undefined || globMatches(glob, bucketName);
}

function* checkActionsApply(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    const resources = stringsOf(statement, ["Resource"]);
    for (const action of resources.length === 0 ? [] : stringsOf(statement, ["Action"])) {
      if (!appliesToAny(action, resources)) {
        const message = "Action does not apply to any resource(s) in statement";
        const { value, start, end } = action;
        yield { message, detail: value, start, end };
      }
    }
  }
}

/** Object actions need a resource with a key, bucket actions one that can be the bucket itself. */
function appliesToAny(action: JsonString, resources: readonly JsonString[]): boolean {
  return resources.some(({ value }) => {
    const objects = value.includes("/") || value.endsWith("*");
    const bucket = !value.includes("/");
    return (
      (objects && covers(action.value, S3_OBJECT_ACTIONS)) ||
      (bucket && covers(action.value, S3_BUCKET_ACTIONS))
    );
  });
}

/** A key must exist. */
function* checkConditionKeys(root: JsonObject): Iterable<Problem> {
  for (const { key } of statementsOf(root).flatMap(conditionsOf)) {
    if (actionsOfConditionKey(key.key) === undefined) {
      const message = "Policy has an invalid condition key";
      yield { message, detail: key.key, start: key.keyStart, end: key.value.end };
    }
  }
}

/** A key of some actions only goes with no other action in its statement. */
function* checkConditionsApply(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    const actions = stringsOf(statement, ["Action"]);
    for (const { key } of actions.length === 0 ? [] : conditionsOf(statement)) {
      const names = actionsOfConditionKey(key.key);
      if (Array.isArray(names) && !actions.every(({ value }) => covers(value, names))) {
        const message =
          "Conditions do not apply to combination of actions and resources in statement";
        yield { message, detail: key.key, start: key.keyStart, end: key.value.end };
      }
    }
  }
}
