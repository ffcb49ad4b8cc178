const PRINTABLE_ASCII = /^[\t\x20-\x7e]*$/;

/**
 * A header's value as text. Node hands header bytes over as Latin-1; clients that send UTF-8 mean
 * UTF-8, so valid UTF-8 is read as such.
 */
export function headerText(value: string): string {
  if (PRINTABLE_ASCII.test(value)) return value;
  const bytes = Buffer.from(value, "latin1");
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? value : text;
}

/** Half a surrogate pair by itself stands for one byte: U+DC80 for 80, to U+DCFF for FF. */
const LONE_BYTE = /[\udc80-\udcff]/u;
const LONE_BYTE_BASE = 0xdc00;

/**
 * A text as node writes it into a header: a character for each of its UTF-8 bytes, or for each byte
 * that `latin1Text` gave it. Control characters, which would end the header, become spaces (RFC
 * 9110, 5.5).
 */
export function headerValue(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return bytesOf(text).replace(/[^\t\x20-\x7e\x80-\xff]/g, " ");
}

/**
 * A text that `headerValue` writes as Latin-1, a byte for each character; what Latin-1 lacks is a
 * space.
 */
export function latin1Text(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(/[^\t\x20-\x7e]/gu, (char) =>
    /[\x80-\xff]/.test(char) ? String.fromCharCode(LONE_BYTE_BASE + char.charCodeAt(0)) : " ",
  );
}

function bytesOf(text: string): string {
  if (!LONE_BYTE.test(text)) return Buffer.from(text).toString("latin1");
  return text.replace(/[^\t\x20-\x7e]/gu, (char) =>
    LONE_BYTE.test(char)
      ? String.fromCharCode(char.charCodeAt(0) - LONE_BYTE_BASE)
      : Buffer.from(char).toString("latin1"),
  );
}

/**
 * Splits a list in a header at commas outside of double quotes, dropping the quotes. Empty items
 * are dropped.
 */
export function splitHeaderList(value: string): string[] {
  const items: string[] = [];
  let item = "";
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (char === '"') quoted = !quoted;
    else if (char === "\\" && quoted) item += value.charAt((at += 1));
    else if (char === "," && !quoted) {
      items.push(item.trim());
      item = "";
    } else item += char;
  }
  items.push(item.trim());
  return items.filter((text) => text !== "");
}
