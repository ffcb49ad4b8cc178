import type { JsonMember, JsonNode } from "../document/json-node.ts";

/** One step of the way from a policy's root to the place of a finding. */
export type PathElement =
  | { readonly value: string }
  | { readonly index: number }
  | { readonly key: string }
  | { readonly substring: { readonly start: number; readonly length: number } };

/** A stretch of a policy's text with the way to it. The root has no step. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly step?: PathElement;
  readonly from?: Place;
}

/** The place of a member's value. */
export function placeOfValue(from: Place, { key, value }: JsonMember): Place {
  return { start: value.start, end: value.end, step: { value: key }, from };
}

/** The place of a member's key, in its quotes. */
export function placeOfKey(from: Place, { key, keyStart }: JsonMember, text: string): Place {
  return { start: keyStart, end: stringEnd(text, keyStart), step: { key }, from };
}

export function placeOfItem(from: Place, node: JsonNode, index: number): Place {
  return { start: node.start, end: node.end, step: { index }, from };
}

/** The place of some characters of a string, which stands in quotes. */
export function placeOfPart(from: Place, start: number, length: number): Place {
  const at = Math.min(from.start + 1 + start, from.end - 1);
  const end = Math.min(at + length, from.end - 1);
  return { start: at, end, step: { substring: { start, length } }, from };
}

/** The steps from the root to a place. */
export function pathOf(place: Place): readonly PathElement[] {
  const path: PathElement[] = [];
  for (let at: Place | undefined = place; at; at = at.from) {
    if (at.step) path.unshift(at.step);
  }
  return path;
}

/** The offset after the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
