import type { ResourceDeclaration } from "../declare/template.ts";
import type { MapValue, Value } from "../document/value.ts";
import type { ResolvedResource } from "../evaluate/evaluation.ts";
import { asTexts } from "./differences.ts";

/** The JSON that shows a whole resource in a change set, without policies that it lacks. */
export function context(
  properties: MapValue,
  resolved: ResolvedResource | undefined,
  declared: ResourceDeclaration | undefined,
): string {
  const parts: [string, Value | undefined][] = [
    ["Properties", asTexts(properties)],
    ["Metadata", resolved?.metadata],
    ["CreationPolicy", resolved?.creationPolicy],
    ["UpdatePolicy", resolved?.updatePolicy],
    ["DeletionPolicy", declared?.deletionPolicy && resolved?.deletionPolicy],
    ["UpdateReplacePolicy", declared?.updateReplacePolicy && resolved?.updateReplacePolicy],
  ];
  return JSON.stringify(Object.fromEntries(parts.filter(([, value]) => value !== undefined)));
}
