/** The first items of a list, and whether they are all. */
export interface ReadItems<Item> {
  readonly items: readonly Item[];
  readonly complete: boolean;
}

/** The items of each page of a paginator of the SDK. */
export async function* pagesOf<Output, Item>(
  pages: AsyncIterable<Output>,
  itemsOf: (output: Output) => readonly Item[] | undefined,
): AsyncIterable<readonly Item[]> {
  for await (const page of pages) yield itemsOf(page) ?? [];
}

/** Reads pages until there are more items than `max`, whose number is then exact. */
export async function readPages<Item>(
  pages: AsyncIterable<readonly Item[]>,
  max: number,
): Promise<ReadItems<Item>> {
  const items: Item[] = [];
  for await (const page of pages) {
    items.push(...page);
    if (items.length > max) return { items: items.slice(0, max), complete: false };
  }
  return { items, complete: true };
}

/** The items of each page of a list that the SDK has no paginator for. */
export async function* pagesByToken<
  Output extends { readonly NextToken?: string | undefined },
  Item,
>(
  ask: (NextToken: string | undefined) => Promise<Output>,
  itemsOf: (output: Output) => readonly Item[] | undefined,
): AsyncIterable<readonly Item[]> {
  let token: string | undefined;
  do {
    const page = await ask(token);
    yield itemsOf(page) ?? [];
    token = page.NextToken;
  } while (token !== undefined);
}
