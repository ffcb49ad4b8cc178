/*
 * What a browser does with an answer goes by its Content-Type, as browsers read it: of a list the
 * last type that can be parsed counts, and what can't be parsed is guessed. Sources: WHATWG Fetch,
 * "extract a MIME type"; WHATWG MIME Sniffing; WHATWG HTML, "loading a document".
 */

/** Longer types aren't parsed; real ones are shorter. */
const TYPE_CHARS_MAX = 256;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = `;[ \\t]*${TOKEN}=(?:${TOKEN}|"[^",\\\\]*")[ \\t]*`;
/** Exactly one type, in a form that all browsers read alike: commas begin another type. */
const ONE_TYPE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*(?:${PARAMETER})*$`);

/**
 * Types that browsers show or save without running anything of them. Everything else is active:
 * HTML, SVG, every kind of XML (its style sheets run scripts), multipart answers, unknown types.
 */
const INERT: ReadonlySet<string> = new Set([
  "application/json",
  "application/octet-stream",
  "application/pdf",
  "application/vnd.apple.mpegurl",
  "application/x-mpegurl",
  "audio/aac",
  "audio/flac",
  "audio/mp4",
  "audio/mpeg",
  "audio/mpegurl",
  "audio/ogg",
  "audio/wav",
  "audio/webm",
  "audio/x-mpegurl",
  "audio/x-wav",
  "binary/octet-stream",
  "image/apng",
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/heic",
  "image/heif",
  "image/jpeg",
  "image/jxl",
  "image/png",
  "image/tiff",
  "image/vnd.microsoft.icon",
  "image/webp",
  "image/x-icon",
  "text/plain",
  "video/iso.segment",
  "video/mp2t",
  "video/mp4",
  "video/mpeg",
  "video/ogg",
  "video/quicktime",
  "video/webm",
  "video/x-matroska",
]);

/**
 * Whether a document of this type runs nothing, provided that the answer says `nosniff`. A type
 * that is missing, repeated or unclear isn't inert.
 */
export function isInertType(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType.length > TYPE_CHARS_MAX) return false;
  const essence = ONE_TYPE.exec(contentType)?.[1];
  return essence !== undefined && INERT.has(essence.toLowerCase());
}
