/**
 * The id of a page's heading as GitHub makes it, so that a link works there and here; `seen` is of
 * the page.
 */
export function headingId(title: string, seen: Map<string, number>): string {
  const id = title
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
  const times = seen.get(id) ?? 0;
  seen.set(id, times + 1);
  return times === 0 ? id : `${id}-${times}`;
}
