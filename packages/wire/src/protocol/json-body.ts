import { holdsTooMuch } from "../codec/json-values.ts";
import type { TextRules } from "../codec/scalar-text.ts";
import type { Member } from "../schema/shape.ts";
import { tooManyValues, WireError } from "../wire-error.ts";

const MALFORMED = "SerializationException";

/** How scalars are written in the JSON documents of every AWS protocol. */
export const JSON_BODY_RULES: TextRules = {
  timestampFormat: "epoch-seconds",
  precision: "shortest",
  malformedCode: MALFORMED,
};

/** A body that should be JSON; an empty one is an empty document. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  if (holdsTooMuch(bytes)) throw tooManyValues(MALFORMED);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The parser's own message quotes the body, which may hold a secret.
    throw new WireError(MALFORMED, "The request body is not valid JSON.");
  }
}

/** An error's member for its text: `message`, `Message` or, as Amazon IVS, `exceptionMessage`. */
export function isMessageMember({ name, target }: Member): boolean {
  return target.kind === "string" && name.toLowerCase().endsWith("message");
}
