import type { JsonNode, JsonObject } from "./json-node.ts";
import { memberOf, repeatedKeyOf } from "./json-node.ts";
import { PolicyJsonError, parseJson } from "./json-parser.ts";
import { PolicyCompileError } from "./policy-compile-error.ts";
import type {
  ConditionEntry,
  NegatableList,
  PolicyDocument,
  PolicyStatement,
  PrincipalElement,
  PrincipalEntry,
} from "./policy-document.ts";
import { PRINCIPAL_TYPES } from "./policy-document.ts";

/**
 * Reads a policy's text. It holds the text to the grammar's shape only; which elements belong into
 * which kind of policy is for the validators and the compiler. Throws PolicyCompileError.
 */
export function readPolicyDocument(text: string): PolicyDocument {
  const root = asObject(parsePolicyJson(text), "a policy");
  const version = memberOf(root, "Version")?.value;
  const statement = memberOf(root, "Statement")?.value;
  if (statement === undefined) {
    throw new PolicyCompileError("The policy has no Statement", root.start);
  }
  const items = statement.type === "array" ? statement.items : [statement];
  return {
    version: version === undefined ? "2008-10-17" : readVersion(version),
    id: readOptionalString(root, "Id"),
    statements: items.map((item, index) => readStatement(item, index)),
  };
}

function parsePolicyJson(text: string): JsonNode {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof PolicyJsonError) {
      throw new PolicyCompileError(error.message, error.offset);
    }
    throw error;
  }
}

function readVersion(node: JsonNode): PolicyDocument["version"] {
  if (node.type === "string" && (node.value === "2012-10-17" || node.value === "2008-10-17")) {
    return node.value;
  }
  throw new PolicyCompileError("Unknown policy version", node.start);
}

function readStatement(node: JsonNode, index: number): PolicyStatement {
  const object = asObject(node, "a statement");
  const effect = memberOf(object, "Effect")?.value;
  if (effect?.type !== "string" || (effect.value !== "Allow" && effect.value !== "Deny")) {
    throw new PolicyCompileError("Effect must be Allow or Deny", effect?.start ?? node.start);
  }
  const action = readNegatable(object, "Action");
  if (action === undefined) {
    throw new PolicyCompileError("A statement needs an Action or a NotAction", node.start);
  }
  return {
    index,
    sid: readOptionalString(object, "Sid"),
    effect: effect.value,
    action,
    resource: readNegatable(object, "Resource"),
    principal: readPrincipalElement(object),
    conditions: readConditions(object),
    start: node.start,
    end: node.end,
  };
}

/** Finds X or NotX; both at once is an error of the grammar. */
function oneOf(
  object: JsonObject,
  name: string,
): { negated: boolean; value: JsonNode } | undefined {
  const plain = memberOf(object, name);
  const negated = memberOf(object, `Not${name}`);
  if (plain !== undefined && negated !== undefined) {
    throw new PolicyCompileError(`Both ${name} and Not${name}`, negated.keyStart);
  }
  const member = plain ?? negated;
  return member && { negated: member === negated, value: member.value };
}

function readNegatable(object: JsonObject, name: string): NegatableList | undefined {
  const found = oneOf(object, name);
  return found && { negated: found.negated, values: readStrings(found.value) };
}

function readPrincipalElement(object: JsonObject): PrincipalElement | undefined {
  const found = oneOf(object, "Principal");
  return found && { negated: found.negated, entries: readPrincipals(found.value) };
}

/** The entries of a Principal's value. */
function readPrincipals(node: JsonNode): readonly PrincipalEntry[] {
  if (node.type === "string" && node.value === "*") {
    return [{ type: "AWS", value: "*", start: node.start, end: node.end }];
  }
  return asObject(node, "a principal").members.flatMap((member) => {
    const type = PRINCIPAL_TYPES.find((name) => name === member.key);
    if (type === undefined) {
      throw new PolicyCompileError("Unknown kind of principal", member.keyStart);
    }
    const values = member.value.type === "array" ? member.value.items : [member.value];
    return values.map((value): PrincipalEntry => {
      if (value.type !== "string") {
        throw new PolicyCompileError("A principal must be a string", value.start);
      }
      return { type, value: value.value, start: value.start, end: value.end };
    });
  });
}

function readConditions(statement: JsonObject): readonly ConditionEntry[] {
  const condition = memberOf(statement, "Condition");
  if (condition === undefined) {
    return [];
  }
  return asObject(condition.value, "a condition").members.flatMap((operator) =>
    asObject(operator.value, "a condition operator").members.map((entry) => ({
      operator: operator.key,
      key: entry.key,
      values: readConditionValues(entry.value),
    })),
  );
}

/** Numbers and booleans are accepted as condition values and compare as they are written. */
function readConditionValues(node: JsonNode): readonly string[] {
  const items = node.type === "array" ? node.items : [node];
  return items.map((item) => {
    switch (item.type) {
      case "string":
        return item.value;
      case "number":
      case "boolean":
        return item.text;
      default:
        throw new PolicyCompileError("Not a condition value", item.start);
    }
  });
}

function readStrings(node: JsonNode): readonly string[] {
  const items = node.type === "array" ? node.items : [node];
  return items.map((item) => {
    if (item.type !== "string") {
      throw new PolicyCompileError("Expected a string", item.start);
    }
    return item.value;
  });
}

function readOptionalString(object: JsonObject, key: string): string | undefined {
  const node = memberOf(object, key)?.value;
  if (node !== undefined && node.type !== "string") {
    throw new PolicyCompileError(`${key} must be a string`, node.start);
  }
  return node?.value;
}

function asObject(node: JsonNode, what: string): JsonObject {
  if (node.type !== "object") {
    throw new PolicyCompileError(`Expected an object as ${what}`, node.start);
  }
  const repeated = repeatedKeyOf(node);
  if (repeated !== undefined) {
    throw new PolicyCompileError("The same key stands twice", repeated.keyStart);
  }
  return node;
}
