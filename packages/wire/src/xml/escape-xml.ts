const NAMED: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);
const FIRST_PRINTABLE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
/** Most text needs nothing: one test is quicker than a look at each character. */
const PLAIN = /^[\t\n !#-%'-;=?-\uffff]*$/;

/**
 * Escapes text for an element's content or an attribute's value. S3 writes ETag's quotes as
 * `&quot;`, and control characters in keys as character references, which XML 1.0 parsers may
 * refuse: `encoding-type=url` exists for such keys.
 */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  let from = 0;
  let escaped = "";
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    let replacement: string | undefined;
    if (code < FIRST_PRINTABLE) {
      if (code === TAB || code === LINE_FEED) continue;
      replacement = `&#x${code.toString(16).toUpperCase()};`;
    } else if (code <= 0x3e) {
      replacement = NAMED.get(text.charAt(at));
    }
    if (replacement === undefined) continue;
    escaped += text.slice(from, at) + replacement;
    from = at + 1;
  }
  return escaped + text.slice(from);
}
