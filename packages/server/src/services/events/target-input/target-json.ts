import { PolicyJsonError, parseJson } from "@rolecast/policy";
import { placeIn } from "../pattern/pattern-text.ts";

/** The two forms of an input that may be sent: JSON, or lines of text, each a JSON string. */
export type SendableText = "json" | { readonly lines: readonly string[] };

/** Undefined for what no target may be sent. */
export function readSendable(text: string): SendableText | undefined {
  if (isJson(text)) return "json";
  const lines: string[] = [];
  for (const line of text.trim().split("\n")) {
    const read = line.trimStart().startsWith('"') ? parsed(line) : undefined;
    if (typeof read !== "string") return undefined;
    lines.push(read);
  }
  return { lines };
}

/**
 * Makes one line of JSON of what a target may be sent: lines of text become a string that holds
 * their ends, so that no value of an event can begin a line in a file.
 */
export function asJsonLine(text: string, read: SendableText): string {
  // Strings in JSON hold no bare line ends, and between them a line end means a space.
  if (read === "json") return text.replaceAll(/[\r\n]+/g, " ");
  return JSON.stringify(read.lines.join("\n"));
}

export function isJson(text: string): boolean {
  return parsed(text) !== undefined;
}

/** Undefined for what isn't JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
