import { type JsonNode, PolicyJsonError, parseJson, TextPositions } from "@rolecast/policy";
import type { AwsError } from "../../../kernel/aws-error.ts";
import { invalidEventPattern } from "../errors.ts";
import { syntaxErrorOf } from "./syntax-error.ts";

/** AWS shows so much of a pattern, the rest as its length. */
const SHOWN_LENGTH_MAX = 500;

/** The text of an event pattern. AWS's refusals say how far its parser had read. */
export class PatternText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Throws InvalidEventPatternException for what isn't JSON. */
  read(): JsonNode {
    try {
      return parseJson(this.#text);
    } catch (error) {
      if (!(error instanceof PolicyJsonError)) throw error;
      const { reason, offset } = syntaxErrorOf(this.#text, error);
      throw this.#refusal(reason, offset);
    }
  }

  /** A refusal as soon as the parser met the value. */
  refuse(reason: string, node: JsonNode): AwsError {
    return this.#refusal(reason, metAt(node));
  }

  /** A refusal once the parser had read all of the value. */
  refuseWhole(reason: string, { end }: JsonNode): AwsError {
    return this.#refusal(reason, end);
  }

  /** A refusal of an item of anything-but's list, in which AWS names the place twice. */
  refuseItem(reason: string, item: JsonNode): AwsError {
    return this.#refusal(`${reason}${this.#place(metAt(item))}`, metAt(item));
  }

  #refusal(reason: string, offset: number): AwsError {
    return invalidEventPattern(`${reason}${this.#place(offset)}`);
  }

  #place(offset: number): string {
    return `\n at ${placeIn(this.#text, offset)}`;
  }
}

/** Names a place in a text as AWS's JSON parser does. */
export function placeIn(text: string, offset: number): string {
  const { line, column } = new TextPositions(text).at(offset);
  const rest = text.length - SHOWN_LENGTH_MAX;
  const cut = rest > 0 ? `[truncated ${rest} chars]` : "";
  return `[Source: (String)"${text.slice(0, SHOWN_LENGTH_MAX)}"${cut}; line: ${line}, column: ${column}]`;
}

/** AWS's parser stops after a number or word, and after the first character of other values. */
function metAt({ type, start, end }: JsonNode): number {
  return type === "string" || type === "array" || type === "object" ? start + 1 : end;
}
