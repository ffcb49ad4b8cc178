import type { PolicyJsonError } from "@rolecast/policy";

const VALUE = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";
/** The expectations that AWS's parser names, by those of ours. */
const EXPECTATIONS: ReadonlyMap<string, string> = new Map([
  ["Expected a value", `expected a valid value (${VALUE})`],
  ["Expected an element's name in double quotes", "was expecting double-quote to start field name"],
  ['Expected ":"', "was expecting a colon to separate field name and value"],
  ['Expected a comma or "}"', "was expecting comma to separate Object entries"],
  ['Expected a comma or "]"', "was expecting comma to separate Array entries"],
]);
const WORD = /[\w$]+/y;

/** Gives the message of AWS's JSON parser for a text that isn't JSON, and how far it had read. */
export function syntaxErrorOf(
  text: string,
  { message, offset }: PolicyJsonError,
): { readonly reason: string; readonly offset: number } {
  const character = text[offset];
  if (character === undefined) return { reason: "Unexpected end-of-input", offset };
  WORD.lastIndex = offset;
  const word = message === "Expected a value" ? WORD.exec(text)?.[0] : undefined;
  if (word !== undefined)
    return {
      reason: `Unrecognized token '${word}': was expecting (${VALUE})`,
      offset: offset + word.length,
    };
  const expectation = EXPECTATIONS.get(message);
  if (expectation === undefined) return { reason: message, offset };
  const shown = `Unexpected character ('${character}' (code ${character.charCodeAt(0)}))`;
  return { reason: `${shown}: ${expectation}`, offset };
}
