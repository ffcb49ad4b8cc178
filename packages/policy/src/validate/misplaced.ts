import type { JsonNode } from "../document/json-node.ts";
import type { PolicyJsonError } from "../document/json-parser.ts";

/** A node that the grammar has no place for, and what it expects instead. */
export interface Misplaced {
  readonly start: number;
  readonly end: number;
  /** Continues the sentence after the element's path: "expected a string". */
  readonly fault: string;
}

export function misplaced({ start, end }: JsonNode, fault: string): Misplaced {
  return { start, end, fault };
}

/** `Statement[0].Effect: expected "Allow" or "Deny"`. */
export function reasonOf(root: JsonNode, { start, end, fault }: Misplaced): string {
  const path = pathTo(root, start, end);
  return `${path === "" ? "The policy" : path}: ${fault}`;
}

/** The mistake that keeps a text from being JSON. */
export function jsonReasonOf({ message }: PolicyJsonError): string {
  return `Not JSON: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** The members and items that lead to the text between two offsets. */
function pathTo(node: JsonNode, start: number, end: number): string {
  if (node.type === "object") {
    const member = node.members.find(
      ({ keyStart, value }) => keyStart <= start && end <= value.end,
    );
    if (member === undefined) {
      return "";
    }
    const { key, keyStart, value } = member;
    const rest = start === keyStart ? "" : pathTo(value, start, end);
    return rest === "" || rest.startsWith("[") ? `${key}${rest}` : `${key}.${rest}`;
  }
  const items = node.type === "array" ? node.items : [];
  const index = items.findIndex((item) => item.start <= start && end <= item.end);
  const item = items[index];
  if (item === undefined) {
    return "";
  }
  const rest = pathTo(item, start, end);
  return rest === "" || rest.startsWith("[") ? `[${index}]${rest}` : `[${index}].${rest}`;
}
