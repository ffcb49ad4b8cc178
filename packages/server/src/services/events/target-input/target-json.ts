import { PolicyJsonError, parseJson } from "@rolecast/policy";
import { placeIn } from "../pattern/pattern-text.ts";

/** True for what a target may be sent: JSON, or lines of text that are each a JSON string. */
export function isJsonOrTextLines(text: string): boolean {
  if (isJson(text)) return true;
  const lines = text.trim().split("\n");
  return lines.every((line) => line.trimStart().startsWith('"') && isJson(line));
}

/**
 * Makes one line of JSON of what `isJsonOrTextLines` accepts: lines of text become a string that
 * holds their ends, so that no value of an event can begin a line in a file.
 */
export function asJsonLine(text: string): string {
  // Strings in JSON hold no bare line ends, and between them a line end means a space.
  if (isJson(text)) return text.replaceAll(/[\r\n]+/g, " ");
  const lines = text.trim().split("\n");
  return JSON.stringify(lines.map((line): unknown => JSON.parse(line)).join("\n"));
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Names where a text stops being JSON, in AWS's words; undefined for JSON. */
export function jsonErrorPlace(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof PolicyJsonError)) throw error;
    return placeIn(text, error.offset);
  }
}
