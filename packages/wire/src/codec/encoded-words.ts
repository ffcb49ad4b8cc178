/*
 * User metadata beyond ASCII travels as RFC 2047's encoded words (S3 user guide, "Working with
 * object metadata"): S3 decodes what it stores and encodes what it answers.
 */

const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/gi;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const PRINTABLE_ASCII = /^[\t\x20-\x7e]*$/;
/** Source: RFC 2047, 2. */
const WORD_CHARS_MAX = 75;

/** The text that a value with encoded words stands for; what is no such word stays as it is. */
export function decodeWords(value: string): string {
  if (!value.includes("=?")) return value;
  let text = "";
  let end = 0;
  let isAfterWord = false;
  for (const match of value.matchAll(WORD)) {
    const [word, charset = "", encoding = "", content = ""] = match;
    const between = value.slice(end, match.index);
    const decoded = decodeWord(charset, encoding.toLowerCase(), content);
    // Space between two words only keeps them apart.
    if (decoded === undefined || !isAfterWord || between.trim() !== "") text += between;
    text += decoded ?? word;
    isAfterWord = decoded !== undefined;
    end = match.index + word.length;
  }
  return text + value.slice(end);
}

/** A value as a header can hold it: text beyond printable ASCII as encoded words. */
export function encodeWords(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  const beyond = text.match(/[^\x20-\x7e]/g)?.length ?? 0;
  const encode = text.length - beyond > beyond ? quotedWord : base64Word;
  return words(text, encode).join(" ");
}

type EncodeWord = (text: string) => string;

/** Halves what is too long for one word, between characters. */
function words(text: string, encode: EncodeWord): string[] {
  const encoded = encode(text);
  const chars = encoded.length <= WORD_CHARS_MAX ? [] : [...text];
  if (chars.length < 2) return [encoded];
  const half = chars.length >> 1;
  return [chars.slice(0, half), chars.slice(half)].flatMap((part) => words(part.join(""), encode));
}

const base64Word: EncodeWord = (text) => `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;

const quotedWord: EncodeWord = (text) => {
  let content = "";
  for (const code of Buffer.from(text)) {
    const char = String.fromCharCode(code);
    if (char === " ") content += "_";
    else if (/[!-~]/.test(char) && !"=?_".includes(char)) content += char;
    else content += `=${code.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return `=?UTF-8?Q?${content}?=`;
};

/** Undefined for an unknown character set, and for content that isn't of it. */
function decodeWord(charset: string, encoding: string, content: string): string | undefined {
  const bytes = encoding === "b" ? fromBase64(content) : fromQuoted(content);
  try {
    return bytes && new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    // An unknown character set is a RangeError, bytes that it doesn't have are a TypeError.
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function fromBase64(content: string): Buffer | undefined {
  return BASE64.test(content) ? Buffer.from(content, "base64") : undefined;
}

function fromQuoted(content: string): Buffer | undefined {
  if (/=(?![0-9a-f]{2})|[^!-~]/i.test(content)) return undefined;
  const text = content
    .replaceAll("_", " ")
    .replace(/=(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, "latin1");
}
