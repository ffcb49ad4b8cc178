import type { JsonObject } from "../document/json-node.ts";
import { memberOf } from "../document/json-node.ts";
import { PolicyJsonError, parseJson } from "../document/json-parser.ts";
import { checkBinaryValues, checkConditionValues } from "./condition-values.ts";
import { checkActions } from "./identity-actions.ts";
import { checkLegacyParsing } from "./identity-legacy.ts";
import { checkResources } from "./identity-resources.ts";
import { checkSyntax } from "./identity-syntax.ts";
import { jsonReasonOf, reasonOf } from "./misplaced.ts";
import {
  type Check,
  findingsOf,
  firstProblems,
  type PolicyFinding,
  type Problem,
} from "./policy-finding.ts";
import { repeatedSidOf, statementsOf, stringsOf, textOf } from "./statement-node.ts";

/** The classes of checks in the order in which AWS makes them. */
const STRUCTURE: readonly Check<JsonObject>[] = [
  checkSids,
  checkPrincipals,
  checkActionsPresent,
  checkResources,
  checkActions,
  checkResourcesPresent,
];

const SAVED: readonly Check<JsonObject>[] = [
  checkVersion,
  (root) => [...checkLegacyParsing(root), ...checkConditionValues(root)],
  ...STRUCTURE,
];

const PASSED: readonly Check<JsonObject>[] = [
  checkVersion,
  (root) => [...checkLegacyParsing(root), ...checkBinaryValues(root)],
  ...STRUCTURE,
];

/**
 * Validates a managed or inline policy as CreatePolicy and Put…Policy do. All findings are of the
 * first class of checks that found any; none means that it is valid.
 */
export function validateIdentityPolicy(text: string): readonly PolicyFinding[] {
  return findingsOf(problemsOf(text, SAVED), text, "MalformedPolicyDocument");
}

/**
 * Validates a session policy as AssumeRole does, which takes condition values that are no number,
 * date, address or ARN: they match nothing.
 */
export function validateSessionPolicy(text: string): readonly PolicyFinding[] {
  return findingsOf(problemsOf(text, PASSED), text, "MalformedPolicyDocument");
}

function problemsOf(text: string, checks: readonly Check<JsonObject>[]): readonly Problem[] {
  const message = "Syntax errors in policy.";
  try {
    const root = parseJson(text);
    const misplaced = checkSyntax(root);
    if (misplaced !== undefined) {
      const { start, end } = misplaced;
      return [{ message, reason: reasonOf(root, misplaced), start, end }];
    }
    return root.type === "object" ? firstProblems(root, checks) : [];
  } catch (error) {
    if (error instanceof PolicyJsonError) {
      const { offset } = error;
      return [{ message, reason: jsonReasonOf(error), start: offset, end: offset }];
    }
    throw error;
  }
}

function* checkVersion(root: JsonObject): Iterable<Problem> {
  if (textOf(root, "Version") !== "2012-10-17") {
    const message = "Policy document must be version 2012-10-17 or greater.";
    yield { message, start: root.start, end: root.end };
  }
}

const SID = /^[0-9A-Za-z]*$/;

function* checkSids(root: JsonObject): Iterable<Problem> {
  for (const sid of statementsOf(root).flatMap((statement) => stringsOf(statement, ["Sid"]))) {
    if (!SID.test(sid.value)) {
      const message =
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular " +
        "expression [0-9A-Za-z]*";
      yield { message, start: sid.start, end: sid.end };
    }
  }
  const repeated = repeatedSidOf(root);
  if (repeated !== undefined) {
    const message = "Statement IDs (SID) in a single policy must be unique.";
    yield { message, start: repeated.start, end: repeated.end };
  }
}

function* checkPrincipals(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    const principal = memberOf(statement, "Principal") ?? memberOf(statement, "NotPrincipal");
    if (principal !== undefined) {
      const message = "Policy document should not specify a principal.";
      yield { message, start: principal.keyStart, end: principal.value.end };
    }
  }
}

function* checkActionsPresent(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    if (stringsOf(statement, ["Action", "NotAction"]).length === 0) {
      const message = "Policy statement must contain actions.";
      yield { message, start: statement.start, end: statement.end };
    }
  }
}

function* checkResourcesPresent(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    if (stringsOf(statement, ["Resource", "NotResource"]).length === 0) {
      const message = "Policy statement must contain resources.";
      yield { message, start: statement.start, end: statement.end };
    }
  }
}
