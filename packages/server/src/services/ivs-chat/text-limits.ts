import { invalidField } from "./errors.ts";

export type Attributes = Readonly<Record<string, string>>;

/** Keys and values together. Source: API reference, CreateChatToken and SendEvent. */
export const ATTRIBUTES_BYTES_MAX = 1_024;

export function isAttributes(given: unknown): given is Attributes {
  return (
    typeof given === "object" &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).every((value) => typeof value === "string")
  );
}

export function attributesBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(attributes))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}

/** Throws ValidationException for attributes of more than 1 KB. */
export function requireSmallAttributes(attributes: Attributes): void {
  if (attributesBytes(attributes) > ATTRIBUTES_BYTES_MAX)
    throw invalidField(
      "attributes",
      `their total size must be at most ${ATTRIBUTES_BYTES_MAX} bytes`,
    );
}

/** AWS counts Unicode's code points. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
