import {
  type JsonMember,
  type JsonNode,
  type JsonObject,
  memberOf,
} from "../../document/json-node.ts";
import { POLICY_ELEMENTS, STATEMENT_ELEMENTS } from "../../validate/statement-node.ts";
import type { Report } from "../finding.ts";
import { type Place, placeOfKey, placeOfValue } from "../place.ts";
import { listOf, type Subject } from "../subject.ts";

type JsonType = JsonNode["type"];

/** The elements whose values aren't of the type that the grammar gives them. */
export function* checkTypes({ root, place }: Subject): Iterable<Report> {
  for (const member of root.members) {
    const at = placeOfValue(place, member);
    if (member.key === "Version" || member.key === "Id") yield* isOf(["string"], member.value, at);
    if (member.key === "Statement") yield* eachOf(["object"], member.value, at);
  }
  for (const { node, place: at } of statementNodes(root, place)) {
    for (const member of node.members) yield* checkElement(member, placeOfValue(at, member));
  }
}

function* checkElement(member: JsonMember, at: Place): Iterable<Report> {
  const { key, value } = member;
  if (key === "Sid" || key === "Effect") yield* isOf(["string"], value, at);
  if (/^(?:Not)?(?:Action|Resource)$/.test(key)) yield* eachOf(["string"], value, at);
  if (/^(?:Not)?Principal$/.test(key)) {
    if (value.type === "array" || value.type === "string") return;
    yield* isOf(["object"], value, at);
    for (const group of membersOf(value)) {
      yield* eachOf(["string"], group.value, placeOfValue(at, group));
    }
  }
  if (key === "Condition") yield* checkCondition(value, at);
}

function* checkCondition(value: JsonNode, at: Place): Iterable<Report> {
  yield* isOf(["object"], value, at);
  for (const operator of membersOf(value)) {
    const block = placeOfValue(at, operator);
    yield* isOf(["object"], operator.value, block);
    for (const entry of membersOf(operator.value)) {
      yield* eachOf(["string", "number", "boolean"], entry.value, placeOfValue(block, entry));
    }
  }
}

function membersOf(node: JsonNode): readonly JsonMember[] {
  return node.type === "object" ? node.members : [];
}

function* eachOf(types: readonly JsonType[], node: JsonNode, at: Place): Iterable<Report> {
  const nodes = node.type === "array" ? node.items : [node];
  if (nodes.every(({ type }) => types.includes(type))) return;
  for (const { node: item, place } of listOf(at, node)) yield* isOf(types, item, place);
}

function* isOf(types: readonly JsonType[], node: JsonNode, place: Place): Iterable<Report> {
  if (types.includes(node.type)) return;
  const [dataType = ""] = types;
  yield { code: "DATA_TYPE_MISMATCH", places: [place], words: { dataType } };
}

/** Elements that the grammar doesn't know. */
export function* checkElements({ root, place, text }: Subject): Iterable<Report> {
  const unknown = (member: JsonMember, from: Place): Report => ({
    code: "INVALID_POLICY_ELEMENT",
    places: [placeOfKey(from, member, text)],
    words: { element: member.key },
  });
  for (const member of root.members) {
    if (!POLICY_ELEMENTS.has(member.key)) yield unknown(member, place);
  }
  for (const { node, place: at } of statementNodes(root, place)) {
    for (const member of node.members) {
      if (!STATEMENT_ELEMENTS.has(member.key)) yield unknown(member, at);
    }
  }
}

/** Elements of which one excludes the other. */
export function* checkCombinations({ root, place, text }: Subject): Iterable<Report> {
  for (const { node, place: at } of statementNodes(root, place)) {
    for (const element1 of ["Action", "Resource", "Principal"]) {
      const plain = memberOf(node, element1);
      const negated = memberOf(node, `Not${element1}`);
      if (plain && negated) {
        const places = [placeOfKey(at, plain, text), placeOfKey(at, negated, text)];
        const words = { element1, element2: negated.key };
        yield { code: "UNSUPPORTED_ELEMENT_COMBINATION", places, words };
      }
    }
  }
}

const VERSIONS = ["2012-10-17", "2008-10-17"];

export function* checkVersion({ root, place }: Subject): Iterable<Report> {
  const member = memberOf(root, "Version");
  if (!member) {
    yield { code: "MISSING_VERSION", places: [place] };
  } else if (member.value.type === "string" && !VERSIONS.includes(member.value.value)) {
    const words = { version: member.value.value, versions: VERSIONS.join(", ") };
    yield { code: "INVALID_VERSION", places: [placeOfValue(place, member)], words };
  }
}

/** Elements that a policy of its type must have, or can't. */
export function* checkPresence(subject: Subject): Iterable<Report> {
  const { root, place, policyType, isTrust, text } = subject;
  const statement = memberOf(root, "Statement");
  if (!statement) {
    yield { code: "MISSING_STATEMENT", places: [place] };
  } else if (statement.value.type === "array" && statement.value.items.length === 0) {
    yield { code: "MISSING_STATEMENT", places: [placeOfValue(place, statement)] };
  }
  const needsPrincipal =
    policyType === "RESOURCE_POLICY" || policyType === "RESOURCE_CONTROL_POLICY";
  for (const { object, place: at, action, resource, principal } of subject.statements) {
    yield* checkEffect(object, at);
    if (!action) yield { code: "MISSING_ACTION", places: [at] };
    if (!resource && !isTrust) yield { code: "MISSING_RESOURCE", places: [at] };
    if (!principal && needsPrincipal) yield { code: "MISSING_PRINCIPAL", places: [at] };
    const member = memberOf(object, "Principal") ?? memberOf(object, "NotPrincipal");
    if (!member || needsPrincipal) continue;
    const places = [placeOfKey(at, member, text)];
    if (policyType === "IDENTITY_POLICY") {
      yield { code: "UNSUPPORTED_PRINCIPAL", places, words: { policyType } };
    } else {
      yield { code: "SCP_SYNTAX_ERROR_PRINCIPAL", places };
    }
  }
}

function* checkEffect(object: JsonObject, at: Place): Iterable<Report> {
  const member = memberOf(object, "Effect");
  if (!member) {
    yield { code: "MISSING_EFFECT", places: [at] };
  } else if (member.value.type === "string" && !/^(Allow|Deny)$/.test(member.value.value)) {
    const words = { effect: member.value.value };
    yield { code: "INVALID_EFFECT", places: [placeOfValue(at, member)], words };
  }
}

function statementNodes(
  root: JsonObject,
  place: Place,
): readonly { readonly node: JsonObject; readonly place: Place }[] {
  const member = memberOf(root, "Statement");
  if (!member) return [];
  return listOf(placeOfValue(place, member), member.value).flatMap(({ node, place: at }) =>
    node.type === "object" ? [{ node, place: at }] : [],
  );
}
