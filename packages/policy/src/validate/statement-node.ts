import {
  type JsonMember,
  type JsonNode,
  type JsonObject,
  type JsonString,
  memberOf,
} from "../document/json-node.ts";

/**
 * The elements that a statement may have. IAM User Guide, "Grammar of the IAM JSON policy
 * language".
 */
export const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

export const POLICY_ELEMENTS: ReadonlySet<string> = new Set(["Version", "Id", "Statement"]);

/** The statements of a policy, as far as they are objects. */
export function statementsOf(root: JsonObject): readonly JsonObject[] {
  const statement = memberOf(root, "Statement")?.value;
  return (statement === undefined ? [] : itemsOf(statement)).filter(
    (item) => item.type === "object",
  );
}

/** An array's items, or the value itself, since the grammar lets a list of one be written bare. */
export function itemsOf(node: JsonNode): readonly JsonNode[] {
  return node.type === "array" ? node.items : [node];
}

/** The strings of the named elements of a statement, in the text's order. */
export function stringsOf(statement: JsonObject, names: readonly string[]): readonly JsonString[] {
  return statement.members
    .filter((member) => names.includes(member.key))
    .flatMap((member) => itemsOf(member.value))
    .filter((item) => item.type === "string");
}

/** The text of a string member. */
export function textOf(object: JsonObject, key: string): string | undefined {
  const node = memberOf(object, key)?.value;
  return node?.type === "string" ? node.value : undefined;
}

/** Every key of every operator of a statement's Condition, as far as it has the right shape. */
export function conditionsOf(
  statement: JsonObject,
): readonly { operator: JsonMember; key: JsonMember }[] {
  const condition = memberOf(statement, "Condition")?.value;
  return condition?.type !== "object"
    ? []
    : condition.members.flatMap((operator) =>
        operator.value.type === "object"
          ? operator.value.members.map((key) => ({ operator, key }))
          : [],
      );
}

/** The first repeated Sid; an empty one doesn't count. */
export function repeatedSidOf(root: JsonObject): JsonString | undefined {
  const seen = new Set<string>();
  for (const statement of statementsOf(root)) {
    const sid = memberOf(statement, "Sid")?.value;
    if (sid?.type === "string" && sid.value !== "") {
      if (seen.has(sid.value)) {
        return sid;
      }
      seen.add(sid.value);
    }
  }
  return undefined;
}
