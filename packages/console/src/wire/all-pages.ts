/** Lists longer than this are cut: the browser has to hold them. */
const ITEMS_MAX = 2_000;

/** The items of all pages of a paginator of the SDK. */
export async function allPages<Output, Item>(
  pages: AsyncIterable<Output>,
  itemsOf: (output: Output) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of pages) {
    items.push(...(itemsOf(page) ?? []));
    if (items.length >= ITEMS_MAX) break;
  }
  return items;
}
