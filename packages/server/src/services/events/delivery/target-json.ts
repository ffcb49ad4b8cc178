import { PolicyJsonError, parseJson } from "@rolecast/policy";
import { placeIn } from "../pattern/pattern-text.ts";

/** What a target may be sent: JSON, or lines of text that are each a JSON string. */
export function isJsonOrTextLines(text: string): boolean {
  if (isJson(text)) return true;
  const lines = text.trim().split("\n");
  return lines.every((line) => line.trimStart().startsWith('"') && isJson(line));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where a text stops to be JSON, in the words of AWS's refusals; undefined for one that is. */
export function jsonErrorPlace(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof PolicyJsonError)) throw error;
    return placeIn(text, error.offset);
  }
}
