import type { Change, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import { styled } from "../terminal.ts";

const SIGNS: Readonly<Record<string, string>> = {
  Add: "+",
  Import: "<",
  Modify: "~",
  Remove: "-",
};

/** What AWS puts for a value that isn't known before the change. */
const KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}";

/** The lines that show a change: the resource, and each of its properties that changes. */
export function changeLines({ ResourceChange: change }: Change): readonly string[] {
  if (change === undefined) return [];
  const { Action = "", ResourceType = "", LogicalResourceId = "", Replacement, Details } = change;
  const replaced = REPLACEMENTS[Replacement ?? ""] ?? "";
  const mark = replaced && styled("red", replaced);
  return [
    `${SIGNS[Action] ?? "?"} ${ResourceType} ${LogicalResourceId}${mark}`,
    ...new Set((Action === "Modify" ? (Details ?? []) : []).flatMap(detailLine)),
  ];
}

const REPLACEMENTS: Readonly<Record<string, string>> = {
  True: " (replaced)",
  Conditional: " (replaced, perhaps)",
};

/** `2 to add, 1 to change, 1 of them replaced, 0 to remove.` */
export function changesSummary(changes: readonly Change[]): string {
  const all = changes.flatMap(({ ResourceChange }) => ResourceChange ?? []);
  const of = (...actions: string[]) => all.filter(({ Action = "" }) => actions.includes(Action));
  const changed = of("Modify");
  const replaced = changed.filter(({ Replacement = "False" }) => Replacement !== "False").length;
  const change = `${changed.length} to change${replaced > 0 ? ` (${replaced} replaced)` : ""}`;
  return `${of("Add", "Import").length} to add, ${change}, ${of("Remove").length} to remove.`;
}

/** `1 resource`, `2 resources`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function detailLine({ Target = {} }: ResourceChangeDetail): readonly string[] {
  const { Path, Name, Attribute, BeforeValue, AfterValue } = Target;
  const place = Path?.replace(/^\/Properties\//, "") ?? Name ?? Attribute;
  if (place === undefined) return [];
  if (BeforeValue === undefined && AfterValue === undefined) return [`    ${place}`];
  return [`    ${place}: ${valueText(BeforeValue)} → ${valueText(AfterValue)}`];
}

function valueText(value: string | undefined): string {
  return value?.replaceAll(KNOWN_LATER, "(known afterwards)") ?? "nothing";
}
