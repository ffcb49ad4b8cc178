/*
 * How management policies of several levels become one. Source: Organizations User Guide,
 * "Understanding management policy inheritance" and "Inheritance operators".
 */

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

const OPERATORS = ["@@assign", "@@append", "@@remove"] as const;
type Operator = (typeof OPERATORS)[number];
type Operators = ReadonlySet<Operator>;

const CONTROL = "@@operators_allowed_for_child_policies";
const ALL: Operators = new Set(OPERATORS);

/** A key of the effective policy while levels are applied. */
class Node {
  /** Its value, where it is a leaf. */
  value: Json | undefined;
  /** A policy of the level that is being applied has assigned it. */
  isAssigned = false;
  /** The operators that the levels above leave to this one; undefined: those of its parent. */
  allowed: Operators | undefined;
  /** Those that this level leaves to the levels below. */
  next: Operators | undefined;
  readonly children = new Map<string, Node>();

  child(key: string): Node {
    const known = this.children.get(key) ?? new Node();
    this.children.set(key, known);
    return known;
  }
}

/**
 * Merges policies, one list a level from the root to the account. Keys count without case. Among
 * policies of one level the first that assigns a value wins. Policies are objects, as checked.
 */
export function mergePolicies(levels: readonly (readonly string[])[]): string {
  const root = new Node();
  for (const level of levels) {
    for (const text of level) apply(root, JSON.parse(text) as JsonObject, ALL);
    endLevel(root);
  }
  return JSON.stringify(effective(root) ?? {});
}

function apply(node: Node, document: JsonObject, inherited: Operators): void {
  const allowed = node.allowed ?? inherited;
  for (const [key, value] of Object.entries(document)) {
    if (key === CONTROL) node.next = intersection(node.next ?? allowed, operatorsOf(value));
    else if (isOperator(key)) operate(node, key, value, allowed);
    else if (isObject(value)) apply(node.child(key.toLowerCase()), value, allowed);
    else operate(node.child(key.toLowerCase()), "@@assign", value, allowed);
  }
}

function operate(node: Node, operator: Operator, value: Json, inherited: Operators): void {
  if (!(node.allowed ?? inherited).has(operator)) return;
  switch (operator) {
    case "@@assign":
      if (!node.isAssigned) node.value = value;
      node.isAssigned = true;
      return;
    case "@@append":
      node.value = [...new Set([...listOf(node.value), ...listOf(value)])];
      return;
    case "@@remove": {
      const removed = new Set(listOf(value));
      node.value = listOf(node.value).filter((each) => !removed.has(each));
    }
  }
}

function endLevel(node: Node): void {
  node.isAssigned = false;
  node.allowed = node.next ?? node.allowed;
  node.next = undefined;
  for (const child of node.children.values()) endLevel(child);
}

/** A key without any value isn't part of the policy. */
function effective({ value, children }: Node): Json | undefined {
  if (children.size === 0) return value;
  const entries = [...children].flatMap(([key, child]) => {
    const own = effective(child);
    return own === undefined ? [] : [[key, own] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function operatorsOf(value: Json): Operators {
  const named = listOf(value);
  if (named.includes("@@all")) return ALL;
  return new Set(OPERATORS.filter((operator) => named.includes(operator)));
}

function intersection(one: Operators, other: Operators): Operators {
  return new Set([...one].filter((operator) => other.has(operator)));
}

function isOperator(key: string): key is Operator {
  return (OPERATORS as readonly string[]).includes(key);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}
