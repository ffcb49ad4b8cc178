import { pagesOf, readPages } from "./read-pages.ts";

/** Choices are cut here: nobody finds one among more by looking. */
const ITEMS_MAX = 2_000;

/** The items of all pages of a paginator of the SDK, for choices. Lists are read by `useList`. */
export async function allPages<Output, Item>(
  pages: AsyncIterable<Output>,
  itemsOf: (output: Output) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  return (await readPages(pagesOf(pages, itemsOf), ITEMS_MAX)).items;
}
