import { type JsonMember, type JsonObject, memberOf } from "../document/json-node.ts";
import type { PolicyJsonError } from "../document/json-parser.ts";
import { TextPositions } from "../document/position.ts";
import { misplacedValue, negatedTwin, unknownMember } from "./element-shape.ts";
import { jsonReasonOf, type Misplaced, misplaced, reasonOf } from "./misplaced.ts";
import type { Problem } from "./policy-finding.ts";
import {
  itemsOf,
  POLICY_ELEMENTS,
  repeatedSidOf,
  STATEMENT_ELEMENTS,
  statementsOf,
  stringsOf,
  textOf,
} from "./statement-node.ts";

/** Checks that trust policies and bucket policies share, and their texts. */

/**
 * Elements that the grammar doesn't know, or of the wrong type. "Syntax error at position
 * (row,column)" names the place just after what AWS didn't understand.
 */
export function syntaxProblem(text: string, root: JsonObject): Problem | undefined {
  const wrong = misplacedNode(root);
  if (wrong === undefined) {
    return undefined;
  }
  const { start, end } = wrong;
  const { line, column } = new TextPositions(text).at(end);
  const message = `Syntax error at position (${line},${column})`;
  return { message, reason: reasonOf(root, wrong), start, end };
}

/** The text that isn't JSON, and why. */
export function jsonProblem(error: PolicyJsonError): Problem {
  const message = "This policy contains invalid Json";
  return { message, reason: jsonReasonOf(error), start: error.offset, end: error.offset };
}

function misplacedNode(root: JsonObject): Misplaced | undefined {
  if (root.members.length === 0) {
    return misplaced(root, "has no Statement");
  }
  const unknown = unknownMember(root, POLICY_ELEMENTS);
  if (unknown !== undefined) {
    return misplacedMember(unknown);
  }
  const statement = memberOf(root, "Statement")?.value;
  for (const item of statement === undefined ? [] : itemsOf(statement)) {
    const wrong =
      item.type === "object"
        ? misplacedInStatement(item)
        : misplaced(item, "expected a statement in braces");
    if (wrong !== undefined) {
      return wrong;
    }
  }
  return undefined;
}

function misplacedInStatement(statement: JsonObject): Misplaced | undefined {
  const member = unknownMember(statement, STATEMENT_ELEMENTS) ?? negatedTwin(statement);
  if (member !== undefined) {
    return misplacedMember(member);
  }
  for (const one of statement.members) {
    const wrong = misplacedValue(one);
    if (wrong !== undefined) {
      return wrong;
    }
  }
  return undefined;
}

function misplacedMember(found: {
  readonly member: JsonMember;
  readonly fault: string;
}): Misplaced {
  const { keyStart, value } = found.member;
  return { start: keyStart, end: value.end, fault: found.fault };
}

export function* checkResourcePolicyVersion(root: JsonObject): Iterable<Problem> {
  const version = memberOf(root, "Version")?.value;
  const known = ["2012-10-17", "2008-10-17"].includes(textOf(root, "Version") ?? "");
  if (version !== undefined && !known) {
    const message = "The policy must contain a valid version string";
    yield { message, start: version.start, end: version.end };
  }
}

export function* checkStatementPresent(root: JsonObject): Iterable<Problem> {
  const statement = memberOf(root, "Statement")?.value;
  if (statement === undefined) {
    yield { message: "Missing required field Statement", start: root.start, end: root.end };
  } else if (itemsOf(statement).length === 0) {
    const message = "Could not parse the policy: Statement is empty!";
    yield { message, start: statement.start, end: statement.end };
  }
}

export function* checkStatementIds(root: JsonObject): Iterable<Problem> {
  const repeated = repeatedSidOf(root);
  if (repeated !== undefined) {
    const message = "The Statement Ids in the policy are not unique";
    yield { message, start: repeated.start, end: repeated.end };
  }
}

export function* checkEffects(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    const effect = textOf(statement, "Effect");
    if (effect !== "Allow" && effect !== "Deny") {
      const message =
        effect === undefined ? "Missing required field Effect" : `Invalid effect: ${effect}`;
      yield { message, start: statement.start, end: statement.end };
    }
  }
}

/** Each statement needs a string in one of these elements. */
export function checkPresent(
  field: "Action" | "Resource",
): (root: JsonObject) => Iterable<Problem> {
  return function* check(root) {
    for (const statement of statementsOf(root)) {
      if (stringsOf(statement, [field, `Not${field}`]).length === 0) {
        const message = `Missing required field ${field}`;
        yield { message, start: statement.start, end: statement.end };
      }
    }
  };
}
