import { type JsonMember, type JsonObject, memberOf } from "../document/json-node.ts";
import { TextPositions } from "../document/position.ts";
import { misplacedValue, unknownMember } from "./element-shape.ts";
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

/** "Syntax error at position (row,column)" names the place just after what it didn't understand. */
export function syntaxProblem(text: string, start: number, end: number): Problem {
  const { line, column } = new TextPositions(text).at(end);
  return { message: `Syntax error at position (${line},${column})`, start, end };
}

/** Elements that the grammar doesn't know, or of the wrong type. */
export function misplacedNode(root: JsonObject): { start: number; end: number } | undefined {
  if (root.members.length === 0) {
    return root;
  }
  const unknown = unknownMember(root, POLICY_ELEMENTS);
  if (unknown !== undefined) {
    return memberSpan(unknown);
  }
  const statement = memberOf(root, "Statement")?.value;
  for (const item of statement === undefined ? [] : itemsOf(statement)) {
    const misplaced = item.type === "object" ? misplacedInStatement(item) : item;
    if (misplaced !== undefined) {
      return misplaced;
    }
  }
  return undefined;
}

function misplacedInStatement(statement: JsonObject): { start: number; end: number } | undefined {
  const unknown = unknownMember(statement, STATEMENT_ELEMENTS);
  if (unknown !== undefined) {
    return memberSpan(unknown);
  }
  for (const name of ["Action", "Resource", "Principal"]) {
    const negated = memberOf(statement, `Not${name}`);
    if (negated !== undefined && memberOf(statement, name) !== undefined) {
      return memberSpan(negated);
    }
  }
  for (const member of statement.members) {
    const misplaced = misplacedValue(member);
    if (misplaced !== undefined) {
      return misplaced;
    }
  }
  return undefined;
}

function memberSpan({ keyStart, value }: JsonMember): { start: number; end: number } {
  return { start: keyStart, end: value.end };
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
