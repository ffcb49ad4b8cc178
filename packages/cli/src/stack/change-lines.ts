import type { Change, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";

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
  return [
    `${SIGNS[Action] ?? "?"} ${ResourceType} ${LogicalResourceId}${replaced}`,
    ...new Set((Action === "Modify" ? (Details ?? []) : []).flatMap(detailLine)),
  ];
}

const REPLACEMENTS: Readonly<Record<string, string>> = {
  True: " (replaced)",
  Conditional: " (replaced, perhaps)",
};

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
