import { actionPattern } from "../../compile/action-matcher.ts";
import { globMatches, globOf } from "../../compile/glob.ts";
import { tokenizePattern } from "../../compile/pattern-tokens.ts";
import type { JsonNode } from "../../document/json-node.ts";
import type { Report } from "../finding.ts";
import type { Place } from "../place.ts";
import type { StatementSubject, Subject, Text } from "../subject.ts";

/** So many items of one list are compared with each other. */
const COMPARED_MAX = 1_000;

/** Asks of an item whether a pattern covers it. */
type Coverage = (pattern: string) => (item: string) => boolean;

/** Actions of a list that another one of it covers. */
export function* checkRedundantActions({ action }: StatementSubject): Iterable<Report> {
  for (const group of redundantGroups(action?.items ?? [], actionPattern)) {
    const words = { redundantActionCount: group.length, redundantAction: longestOf(group) };
    yield { code: "REDUNDANT_ACTION", places: placesOf(group), words };
  }
}

/** Resources of a list that another one of it covers. */
export function* checkRedundantResources({ resource }: StatementSubject): Iterable<Report> {
  for (const group of redundantGroups(resource?.items ?? [], resourcePattern)) {
    const words = { redundantResourceCount: group.length, redundantResource: longestOf(group) };
    yield { code: "REDUNDANT_RESOURCE", places: placesOf(group), words };
  }
}

const PATTERN = { variables: false, wildcards: true };

function resourcePattern(pattern: string): (item: string) => boolean {
  const glob = globOf(tokenizePattern(pattern, PATTERN));
  // Whatever a variable stands for, the same text stands for the same.
  return (item) => globMatches(glob, item);
}

/** Each pattern with what it covers; what one group names isn't named again. */
function redundantGroups(
  items: readonly Text[],
  coverageOf: Coverage,
): readonly (readonly Text[])[] {
  if (items.length < 2 || items.length > COMPARED_MAX) return [];
  const groups: (readonly Text[])[] = [];
  const done = new Set<Text>();
  const byGenerality = items.filter(({ value }) => /[*?]/.test(value));
  byGenerality.sort((one, other) => literalLength(one.value) - literalLength(other.value));
  for (const pattern of byGenerality) {
    if (done.has(pattern)) continue;
    const covers = coverageOf(pattern.value);
    const group = items.filter(
      (item) => item === pattern || (!done.has(item) && covers(item.value)),
    );
    if (group.length < 2) continue;
    for (const item of group) done.add(item);
    groups.push(group);
  }
  const same = new Map<string, Text[]>();
  for (const item of items) {
    if (!done.has(item)) addTo(same, item.value, item);
  }
  for (const group of same.values()) if (group.length > 1) groups.push(group);
  return groups;
}

function addTo<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

function literalLength(value: string): number {
  return value.replaceAll(/[*?]/g, "").length;
}

/** The most special one: AWS proposes to remove it. */
function longestOf(group: readonly Text[]): string {
  return group.reduce(
    (longest, { value }) => (value.length > longest.length ? value : longest),
    "",
  );
}

function placesOf(group: readonly Text[]): readonly Place[] {
  return group.map(({ place }) => place);
}

/** Statements that differ in their Sid alone. */
export function* checkRedundantStatements({ statements }: Subject): Iterable<Report> {
  const same = new Map<string, Place[]>();
  for (const { object, place } of statements) {
    const members = object.members.filter(({ key }) => key !== "Sid");
    const id = canonical({ ...object, members });
    addTo(same, id, place);
  }
  for (const places of same.values()) {
    if (places.length > 1) yield { code: "REDUNDANT_STATEMENT", places };
  }
}

/** A text that is the same for the same JSON, whatever the order of its keys. */
function canonical(node: JsonNode): string {
  switch (node.type) {
    case "object": {
      const members = node.members.map(
        ({ key, value }) => `${JSON.stringify(key)}:${canonical(value)}`,
      );
      return `{${members.sort().join(",")}}`;
    }
    case "array":
      return node.items.length === 1 && node.items[0]
        ? canonical(node.items[0])
        : `[${node.items.map(canonical).sort().join(",")}]`;
    case "string":
      return JSON.stringify(node.value);
    default:
      return node.text;
  }
}
