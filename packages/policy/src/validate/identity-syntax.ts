import { type JsonNode, memberOf } from "../document/json-node.ts";
import { misplacedValue, negatedTwin, unknownMember } from "./element-shape.ts";
import { type Misplaced, misplaced } from "./misplaced.ts";
import { itemsOf, POLICY_ELEMENTS, STATEMENT_ELEMENTS } from "./statement-node.ts";

/**
 * Finds what AWS calls "Syntax errors in policy.": the first node that the grammar has no place
 * for.
 */
export function checkSyntax(root: JsonNode): Misplaced | undefined {
  if (root.type !== "object") {
    return misplaced(root, "expected an object in braces");
  }
  const unknown = unknownMember(root, POLICY_ELEMENTS);
  if (unknown !== undefined) {
    return misplaced(unknown.member.value, unknown.fault);
  }
  const version = memberOf(root, "Version")?.value;
  const knownVersion =
    version === undefined ||
    (version.type === "string" && ["2012-10-17", "2008-10-17"].includes(version.value));
  if (!knownVersion) {
    return misplaced(version, 'expected "2012-10-17"');
  }
  const id = memberOf(root, "Id")?.value;
  if (id !== undefined && id.type !== "string") {
    return misplaced(id, "expected a string");
  }
  const statement = memberOf(root, "Statement")?.value;
  if (statement === undefined) {
    return misplaced(root, "has no Statement");
  }
  const statements = itemsOf(statement);
  return statements.length === 0
    ? misplaced(statement, "expected at least one statement")
    : firstOf(statements, statementError);
}

function statementError(node: JsonNode): Misplaced | undefined {
  if (node.type !== "object") {
    return misplaced(node, "expected a statement in braces");
  }
  const unknown = unknownMember(node, STATEMENT_ELEMENTS);
  if (unknown !== undefined) {
    return misplaced(unknown.member.value, unknown.fault);
  }
  const effect = memberOf(node, "Effect")?.value;
  if (effect === undefined) {
    return misplaced(node, "has no Effect");
  }
  if (effect.type !== "string" || !["allow", "deny"].includes(effect.value.toLowerCase())) {
    return misplaced(effect, 'expected "Allow" or "Deny"');
  }
  const twin = negatedTwin(node);
  return twin === undefined
    ? firstOf(node.members, misplacedValue)
    : misplaced(twin.member.value, twin.fault);
}

function firstOf<T>(
  items: readonly T[],
  check: (item: T) => Misplaced | undefined,
): Misplaced | undefined {
  for (const item of items) {
    const found = check(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
