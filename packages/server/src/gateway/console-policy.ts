/** A host that CSP can express: a name or an IPv4 address, not an IPv6 address. */
const HOST_SOURCE = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const INTEGRITY = /\sintegrity="(sha384-[A-Za-z0-9+/=]+)"/g;

/** All content comes from this server. Media Source Extensions play from `blob:`. */
const EVERYTHING = [
  "default-src 'none'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'none'",
  "object-src 'none'",
  "worker-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/**
 * The policies of one of the console's pages; a browser holds to both. The first runs the files
 * that the page names, by the hashes of its `integrity` attributes, and what these load. By the
 * second all scripts, styles and fonts lie below `folder`, where no bucket can have an object: not
 * even a script of the console could load one.
 */
export function consolePolicy(
  html: string | undefined,
  folder: string,
  host: string | undefined,
): string {
  const hashes = [...(html ?? "").matchAll(INTEGRITY)].map(([, hash]) => `'${hash}'`);
  // CSP can't express an IPv6 address; only the first policy applies then.
  const files = HOST_SOURCE.test(host ?? "") ? `${host}${folder}` : "'self'";
  const byHash = hashes.length === 0 ? files : [...new Set(hashes), "'strict-dynamic'"].join(" ");
  const first = [...EVERYTHING, `script-src ${byHash}`, `style-src ${files}`, `font-src ${files}`];
  return `${first.join("; ")}, script-src ${files}`;
}
