import type { PropertyDifference } from "@aws-sdk/client-cloudformation";
import { sameValue, type Value } from "@rolecast/template";
import { ownValue } from "../../../kernel/own-value.ts";
import { withoutPaths } from "../../../kernel/resource-types/model-violations.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";

/**
 * The differences between declared properties and what is there. Only declared ones count, and
 * none that reading doesn't give back, whose paths are `hidden` as the schema writes them. The
 * order of lists doesn't count, nor does the form in which a document is written.
 */
export function differencesOf(
  expected: ResourceModel,
  actual: ResourceModel,
  hidden: readonly string[],
): readonly PropertyDifference[] {
  const is = withoutPaths(actual, hidden);
  return Object.entries(withoutPaths(expected, hidden)).flatMap(([name, value]) =>
    differencesAt(`/${name}`, value, ownValue(is, name)),
  );
}

/** The declared properties with the values that are there in place of those that differ. */
export function actualOf(
  expected: ResourceModel,
  actual: ResourceModel,
  hidden: readonly string[],
): ResourceModel {
  return membersThere(
    expected,
    actual,
    hidden.map((path) => path.split("/")),
  );
}

type Paths = readonly (readonly string[])[];

/** Members as they are there; those that reading doesn't give back, as they were declared. */
function membersThere(expected: ResourceModel, actual: ResourceModel, hidden: Paths) {
  const pairs = Object.entries(expected).map(([name, value]) => {
    const within = hidden.filter(([first]) => first === name).map(([, ...rest]) => rest);
    const isHidden = within.some(({ length }) => length === 0);
    return [name, isHidden ? value : actualAt(value, ownValue(actual, name), within)] as const;
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function actualAt(was: unknown, is: unknown, hidden: Paths): unknown {
  const expected = documentOf(was);
  const actual = documentOf(is);
  const paths = hidden.map((path) => path.join("/"));
  const [shown, there] = [withoutPaths(expected, paths), withoutPaths(actual, paths)];
  if (sameMeaning(shown, there)) return was;
  if (is === undefined && Array.isArray(expected) && expected.length === 0) return was;
  if (!isRecord(expected) || !isRecord(actual) || isDocument(expected)) return actual;
  return membersThere(expected, actual, hidden);
}

function differencesAt(path: string, was: unknown, is: unknown): readonly PropertyDifference[] {
  const expected = documentOf(was);
  const actual = documentOf(is);
  if (sameMeaning(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) return inLists(path, expected, actual);
  if (isRecord(expected) && isRecord(actual) && !isDocument(expected))
    return Object.entries(expected).flatMap(([name, value]) =>
      differencesAt(`${path}/${name}`, value, ownValue(actual, name)),
    );
  // A service doesn't show a list without items.
  if (is === undefined && Array.isArray(expected) && expected.length === 0) return [];
  return [difference(path, was, is, is === undefined ? "REMOVE" : "NOT_EQUAL")];
}

function inLists(
  path: string,
  expected: readonly unknown[],
  actual: readonly unknown[],
): readonly PropertyDifference[] {
  const isIn = (list: readonly unknown[], item: unknown) =>
    list.some((each) => sameMeaning(each, item));
  return [
    ...expected.flatMap((item, index) =>
      isIn(actual, item) ? [] : [difference(`${path}/${index}`, item, undefined, "REMOVE")],
    ),
    ...actual.flatMap((item, index) =>
      isIn(expected, item) ? [] : [difference(`${path}/${index}`, undefined, item, "ADD")],
    ),
  ];
}

function difference(
  PropertyPath: string,
  was: unknown,
  is: unknown,
  DifferenceType: PropertyDifference["DifferenceType"],
): PropertyDifference {
  return { PropertyPath, ExpectedValue: textOf(was), ActualValue: textOf(is), DifferenceType };
}

function textOf(value: unknown): string {
  if (value === undefined) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function sameMeaning(one: unknown, other: unknown): boolean {
  if (sameValue(one as Value, other as Value)) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    const left: unknown[] = [...other];
    return (
      one.length === other.length &&
      one.every((item) => {
        const index = left.findIndex((each) => sameMeaning(item, each));
        if (index >= 0) left.splice(index, 1);
        return index >= 0;
      })
    );
  }
  if (isRecord(one) && isRecord(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) =>
      sameMeaning(documentOf(ownValue(one, name)), documentOf(ownValue(other, name))),
    );
  }
  // A template's scalars may be text where the service has numbers and truth.
  return isScalar(one) && isScalar(other) && String(one) === String(other);
}

/** A policy document is JSON here, and text there. */
function documentOf(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function isDocument(value: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(value, "Statement");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
