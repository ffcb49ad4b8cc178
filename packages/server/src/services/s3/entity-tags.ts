/** Whether an entity tag, a list of them or `*` names `etag`; quotes may be missing, as in S3. */
export function matchesEtag(header: string, etag: string): boolean {
  return header.split(",").some((part) => {
    const text = part.trim();
    return text === "*" || unquote(text) === etag;
  });
}

export function unquote(etag: string): string {
  const strong = etag.startsWith("W/") ? etag.slice(2) : etag;
  return strong.length >= 2 && strong.startsWith('"') && strong.endsWith('"')
    ? strong.slice(1, -1)
    : strong;
}
