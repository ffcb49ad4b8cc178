import { type ConditionOperator, readConditionOperator } from "../compile/condition-operator.ts";
import {
  type JsonMember,
  type JsonNode,
  type JsonObject,
  memberOf,
} from "../document/json-node.ts";
import type { DataIndex } from "./data-index.ts";
import { type Place, placeOfItem, placeOfKey, placeOfValue } from "./place.ts";

export const CHECKED_POLICY_TYPES = [
  "IDENTITY_POLICY",
  "RESOURCE_POLICY",
  "SERVICE_CONTROL_POLICY",
  "RESOURCE_CONTROL_POLICY",
] as const;
export type CheckedPolicyType = (typeof CHECKED_POLICY_TYPES)[number];

/** Resources that ValidatePolicy has checks of their own for. */
export const CHECKED_RESOURCE_TYPES = [
  "AWS::S3::Bucket",
  "AWS::S3::AccessPoint",
  "AWS::S3::MultiRegionAccessPoint",
  "AWS::S3ObjectLambda::AccessPoint",
  "AWS::IAM::AssumeRolePolicyDocument",
  "AWS::DynamoDB::Table",
] as const;
export type CheckedResourceType = (typeof CHECKED_RESOURCE_TYPES)[number];

/** A string, number or boolean of a policy. */
export interface Text {
  readonly value: string;
  readonly type: "string" | "number" | "boolean";
  readonly place: Place;
}

/** Action or NotAction, Resource or NotResource. */
export interface ListElement {
  readonly name: string;
  readonly negated: boolean;
  readonly place: Place;
  readonly items: readonly Text[];
}

export interface PrincipalSubject {
  readonly negated: boolean;
  readonly place: Place;
  /** The bare "*", or another string that stands for no principal. */
  readonly bare: string | undefined;
  readonly entries: readonly PrincipalGroup[];
}

export interface PrincipalGroup {
  readonly type: string;
  readonly keyPlace: Place;
  readonly place: Place;
  readonly values: readonly Text[];
}

/** One key of one operator. */
export interface ConditionSubject {
  readonly operator: string;
  /** Undefined if there is no such operator. */
  readonly read: ConditionOperator | undefined;
  readonly key: string;
  /** The key in lower case. */
  readonly name: string;
  readonly keyPlace: Place;
  readonly place: Place;
  readonly values: readonly Text[];
}

export interface StatementSubject {
  readonly index: number;
  readonly object: JsonObject;
  readonly place: Place;
  readonly effect: "Allow" | "Deny" | undefined;
  readonly action: ListElement | undefined;
  readonly resource: ListElement | undefined;
  readonly principal: PrincipalSubject | undefined;
  readonly conditions: readonly ConditionSubject[];
}

/** A policy as the rules read it: as much of it as has the right shape. */
export interface Subject {
  readonly text: string;
  readonly policyType: CheckedPolicyType;
  readonly resourceType: CheckedResourceType | undefined;
  /** A role's trust policy, whether the caller says so or its statements show it. */
  readonly isTrust: boolean;
  readonly root: JsonObject;
  readonly place: Place;
  readonly version: "2012-10-17" | "2008-10-17";
  readonly statements: readonly StatementSubject[];
  readonly data: DataIndex;
}

/** Reads a policy for the rules. */
export function subjectOf(
  root: JsonObject,
  given: Pick<Subject, "text" | "policyType" | "resourceType" | "data">,
): Subject {
  const { text, policyType, resourceType } = given;
  const place: Place = { start: root.start, end: root.end };
  const member = memberOf(root, "Statement");
  const statements = member
    ? listOf(placeOfValue(place, member), member.value).flatMap(({ node, place: at }, index) =>
        node.type === "object" ? [statementOf(node, at, index, text)] : [],
      )
    : [];
  const version = memberOf(root, "Version")?.value;
  const isNew = version?.type === "string" && version.value === "2012-10-17";
  const isTrust =
    resourceType === "AWS::IAM::AssumeRolePolicyDocument" ||
    (policyType === "RESOURCE_POLICY" && !resourceType && statements.some(assumesRole));
  return {
    ...given,
    isTrust,
    root,
    place,
    statements,
    version: isNew ? "2012-10-17" : "2008-10-17",
  };
}

/**
 * Only trust policies need no resource. AWS's validators send them without their type, that of
 * Terraform's plans with an empty list.
 */
function assumesRole({ action, resource }: StatementSubject): boolean {
  const items = action?.items ?? [];
  const isBare = resource === undefined || resource.items.length === 0;
  return isBare && items.length > 0 && items.every(({ value }) => /^(?:sts:.*|\*)$/i.test(value));
}

function statementOf(
  object: JsonObject,
  place: Place,
  index: number,
  text: string,
): StatementSubject {
  const effect = memberOf(object, "Effect")?.value;
  const isEffect = effect?.type === "string" && /^(Allow|Deny)$/.test(effect.value);
  return {
    index,
    object,
    place,
    effect: isEffect ? (effect.value as "Allow" | "Deny") : undefined,
    action: listElement(object, "Action", place),
    resource: listElement(object, "Resource", place),
    principal: principalElement(object, place, text),
    conditions: conditionsOf(object, place, text),
  };
}

function eitherMember(object: JsonObject, name: string): JsonMember | undefined {
  return memberOf(object, name) ?? memberOf(object, `Not${name}`);
}

function listElement(object: JsonObject, name: string, from: Place): ListElement | undefined {
  const member = eitherMember(object, name);
  if (!member) return undefined;
  const place = placeOfValue(from, member);
  const items = textsOf(place, member.value).filter(({ type }) => type === "string");
  return { name: member.key, negated: member.key !== name, place, items };
}

function principalElement(
  object: JsonObject,
  from: Place,
  text: string,
): PrincipalSubject | undefined {
  const member = eitherMember(object, "Principal");
  if (!member) return undefined;
  const place = placeOfValue(from, member);
  const { value } = member;
  const groups = value.type === "object" ? value.members : [];
  return {
    negated: member.key !== "Principal",
    place,
    bare: value.type === "string" ? value.value : undefined,
    entries: groups.map((group) => {
      const at = placeOfValue(place, group);
      const values = textsOf(at, group.value);
      return { type: group.key, keyPlace: placeOfKey(place, group, text), place: at, values };
    }),
  };
}

function conditionsOf(object: JsonObject, from: Place, text: string): readonly ConditionSubject[] {
  const member = memberOf(object, "Condition");
  if (member?.value.type !== "object") return [];
  const place = placeOfValue(from, member);
  return member.value.members.flatMap((operator) => {
    if (operator.value.type !== "object") return [];
    const block = placeOfValue(place, operator);
    const read = readConditionOperator(operator.key);
    return operator.value.members.map((entry): ConditionSubject => {
      const at = placeOfValue(block, entry);
      return {
        operator: operator.key,
        read,
        key: entry.key,
        name: entry.key.toLowerCase(),
        keyPlace: placeOfKey(block, entry, text),
        place: at,
        values: textsOf(at, entry.value),
      };
    });
  });
}

/** An array's items with their places, or the value itself. */
export function listOf(
  place: Place,
  node: JsonNode,
): readonly { readonly node: JsonNode; readonly place: Place }[] {
  if (node.type !== "array") return [{ node, place }];
  return node.items.map((item, index) => ({ node: item, place: placeOfItem(place, item, index) }));
}

/** The strings, numbers and booleans of a list, or of a value alone. */
function textsOf(place: Place, node: JsonNode): readonly Text[] {
  const texts: Text[] = [];
  if (node.type === "array") {
    node.items.forEach((item, index) => {
      const text = textOf(placeOfItem(place, item, index), item);
      if (text) texts.push(text);
    });
    return texts;
  }
  const text = textOf(place, node);
  return text ? [text] : texts;
}

function textOf(place: Place, node: JsonNode): Text | undefined {
  switch (node.type) {
    case "string":
      return { value: node.value, type: node.type, place };
    case "number":
    case "boolean":
      return { value: node.text, type: node.type, place };
    default:
      return undefined;
  }
}
