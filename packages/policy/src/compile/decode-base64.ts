const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES: ReadonlyMap<string, number> = new Map(
  Array.from(ALPHABET, (character, index) => [character, index]),
);

/** The bytes of base64 text (RFC 4648, padding optional) as one char code each; or undefined. */
export function decodeBase64(text: string): string | undefined {
  const digits = text.endsWith("==") ? text.slice(0, -2) : text.replace(/=$/, "");
  if (digits.length % 4 === 1) {
    return undefined;
  }
  let bytes = "";
  let bits = 0;
  let buffer = 0;
  for (const digit of digits) {
    const value = VALUES.get(digit);
    if (value === undefined) {
      return undefined;
    }
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += String.fromCharCode((buffer >> bits) & 0xff);
    }
  }
  return bytes;
}
