/** Whether an entity tag, a list of them or `*` names `etag`; S3 does without any of the quotes. */
export function matchesEtag(header: string, etag: string): boolean {
  return header.split(",").some((part) => isEtag(part, etag));
}

/** Whether one entity tag or `*` names `etag`. */
export function isEtag(tag: string, etag: string): boolean {
  const text = tag.trim();
  return text === "*" || unquote(text) === etag;
}

export function unquote(etag: string): string {
  return etag.replace(/^(W\/)?"?|"$/g, "");
}
