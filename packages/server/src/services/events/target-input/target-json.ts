import { PolicyJsonError, parseJson } from "@rolecast/policy";
import { placeIn } from "../pattern/pattern-text.ts";

/** What a target may be sent: JSON, or lines of text that are each a JSON string. */
export function isJsonOrTextLines(text: string): boolean {
  if (isJson(text)) return true;
  const lines = text.trim().split("\n");
  return lines.every((line) => line.trimStart().startsWith('"') && isJson(line));
}

/**
 * What `isJsonOrTextLines` takes as one line of JSON: lines of text become a string that holds their ends, so that
 * no value of an event can begin a line in a file.
 */
export function asJsonLine(text: string): string {
  // Outside of its strings, which can't hold any as they are, JSON's line ends mean no more than spaces.
  if (isJson(text)) return text.replaceAll(/[\r\n]+/g, " ");
  const lines = text.trim().split("\n");
  return JSON.stringify(lines.map((line): unknown => JSON.parse(line)).join("\n"));
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
