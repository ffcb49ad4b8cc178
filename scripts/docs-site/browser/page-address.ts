/**
 * The address at which the browser finds a page of the site: a server knows it without `.html`, the
 * file system by its file's name alone.
 */
export function pageAddress(address: string): string {
  if (location.protocol !== "file:") return address;
  const [, path = "", anchor = ""] = /^([^#]*)(.*)$/.exec(address) ?? [];
  if (path === "" || /:|\.\w+$/.test(path)) return address;
  return `${path}${path.endsWith("/") ? "index.html" : ".html"}${anchor}`;
}
