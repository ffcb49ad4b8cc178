import type { Template } from "@rolecast/template";
import { LruMap } from "../../../kernel/lru-map.ts";

/** An operation reads its stack's template for each of its steps. */
const KEPT_MAX = 4;
/** Shorter ones are read at once. */
const KEPT_CHARS_MIN = 16_384;

const processed = new LruMap<string, Template>(KEPT_MAX);
const original = new LruMap<string, Template>(KEPT_MAX);

/** A template that was read lately, by its text. */
export function keptTemplate(text: string, isProcessed: boolean): Template | undefined {
  if (text.length < KEPT_CHARS_MIN) return undefined;
  return (isProcessed ? processed : original).get(text);
}

export function keepTemplate(template: Template, text: string, isProcessed: boolean): void {
  if (text.length >= KEPT_CHARS_MIN) (isProcessed ? processed : original).set(text, template);
}
