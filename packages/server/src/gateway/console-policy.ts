/** A host that CSP has a form for: names and IPv4 addresses, but not IPv6's. */
const HOST_SOURCE = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const INTEGRITY = /\sintegrity="(sha384-[A-Za-z0-9+/=]+)"/g;

/** Everything comes from this server. `blob:` is where Media Source Extensions play from. */
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
 * The policies of one of the console's pages; a browser holds to both. The first runs the files that
 * the page names, by the hashes of its `integrity` attributes, and what these load. By the second
 * all scripts, styles and fonts lie below `folder`, where no bucket can have an object: not even a
 * script of the console could load one.
 */
export function consolePolicy(
  html: string | undefined,
  folder: string,
  host: string | undefined,
): string {
  const hashes = [...(html ?? "").matchAll(INTEGRITY)].map(([, hash]) => `'${hash}'`);
  // An IPv6 address has no form in CSP; what is left then is the first policy.
  const files = HOST_SOURCE.test(host ?? "") ? `${host}${folder}` : "'self'";
  const byHash = hashes.length === 0 ? files : [...new Set(hashes), "'strict-dynamic'"].join(" ");
  const first = [...EVERYTHING, `script-src ${byHash}`, `style-src ${files}`, `font-src ${files}`];
  return `${first.join("; ")}, script-src ${files}`;
}
