import { type JsonNode, type JsonObject, memberOf } from "../document/json-node.ts";
import { misplacedValue, unknownMember } from "./element-shape.ts";
import { itemsOf, POLICY_ELEMENTS, STATEMENT_ELEMENTS } from "./statement-node.ts";

/** What AWS calls "Syntax errors in policy.": the first node that the grammar has no place for. */
export function checkSyntax(root: JsonObject): JsonNode | undefined {
  const unknown = unknownMember(root, POLICY_ELEMENTS);
  if (unknown !== undefined) {
    return unknown.value;
  }
  const version = memberOf(root, "Version")?.value;
  const knownVersion =
    version === undefined ||
    (version.type === "string" && ["2012-10-17", "2008-10-17"].includes(version.value));
  if (!knownVersion) {
    return version;
  }
  const id = memberOf(root, "Id")?.value;
  if (id !== undefined && id.type !== "string") {
    return id;
  }
  const statement = memberOf(root, "Statement")?.value;
  if (statement === undefined) {
    return root;
  }
  const statements = itemsOf(statement);
  return statements.length === 0 ? statement : firstOf(statements, statementError);
}

function statementError(node: JsonNode): JsonNode | undefined {
  if (node.type !== "object") {
    return node;
  }
  const unknown = unknownMember(node, STATEMENT_ELEMENTS);
  if (unknown !== undefined) {
    return unknown.value;
  }
  const effect = memberOf(node, "Effect")?.value;
  if (effect?.type !== "string" || !["allow", "deny"].includes(effect.value.toLowerCase())) {
    return effect ?? node;
  }
  for (const name of ["Action", "Resource", "Principal"]) {
    const plain = memberOf(node, name);
    const negated = memberOf(node, `Not${name}`);
    if (plain !== undefined && negated !== undefined) {
      return negated.value;
    }
  }
  return firstOf(node.members, misplacedValue);
}

function firstOf<T>(
  items: readonly T[],
  check: (item: T) => JsonNode | undefined,
): JsonNode | undefined {
  for (const item of items) {
    const found = check(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
