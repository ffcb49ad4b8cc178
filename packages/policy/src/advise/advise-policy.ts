import { DataIndex } from "../checks/data-index.ts";
import { checkActions } from "../checks/rules/actions.ts";
import { checkKey, checkQualifier } from "../checks/rules/condition-keys.ts";
import { checkOperatorType } from "../checks/rules/condition-types.ts";
import { type StatementSubject, type Subject, subjectOf } from "../checks/subject.ts";
import { parseJson } from "../document/json-parser.ts";
import { PolicyCompileError } from "../document/policy-compile-error.ts";
import { TextPositions } from "../document/position.ts";
import { readPolicyDocument } from "../document/read-policy-document.ts";
import type { AuthorizationData } from "./authorization-data.ts";
import { adviceOn } from "./finding-advice.ts";
import { knownActions } from "./known-actions.ts";
import type { Advice, PolicyWarning } from "./policy-warning.ts";
import { adviseRequests } from "./request-advice.ts";
import { adviseResources } from "./resource-advice.ts";

/**
 * Warns of what AWS takes in a policy, but what hardly does what was meant: actions and condition
 * keys that there aren't, operators that don't fit their keys, resources that don't fit actions.
 * Where AWS has a check of it, the warning is the check's finding in another sentence. Empty for a
 * text that is no policy, of which `validatePolicy` says why.
 */
export function advisePolicy(text: string, data: AuthorizationData): readonly PolicyWarning[] {
  const subject = readSubject(text, data);
  if (!subject) return [];
  const positions = new TextPositions(text);
  return subject.statements
    .flatMap((statement) => adviseStatement(statement, subject))
    .map(({ code, message, place: { start, end } }) => ({
      code,
      message: `${message}${/\?$/.test(message) ? "" : "."}`,
      position: positions.range(start, end),
    }));
}

function adviseStatement(statement: StatementSubject, subject: Subject): readonly Advice[] {
  const known = knownActions(statement.action, subject.data);
  const reports = [
    ...checkActions(statement, subject),
    ...statement.conditions.flatMap((condition) => [
      ...checkKey(condition, statement, subject),
      ...checkOperatorType(condition, statement, subject),
      ...checkQualifier(condition, statement, subject),
    ]),
  ];
  return [
    ...reports.flatMap((report) => adviceOn(report, subject)),
    ...statement.conditions.flatMap((each) => adviseRequests(each, statement, known, subject)),
    ...adviseResources(statement, known),
  ];
}

function readSubject(text: string, data: AuthorizationData): Subject | undefined {
  try {
    readPolicyDocument(text);
  } catch (error) {
    if (error instanceof PolicyCompileError) return undefined;
    throw error;
  }
  const root = parseJson(text);
  if (root.type !== "object") return undefined;
  return subjectOf(root, {
    ...{ text, policyType: "IDENTITY_POLICY", resourceType: undefined },
    data: DataIndex.of(data),
  });
}
