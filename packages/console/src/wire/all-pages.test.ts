import { expect, test } from "vitest";
import { allPages } from "./all-pages.ts";

async function* pagesOf(counts: readonly (number | undefined)[]) {
  for (const [page, count] of counts.entries()) {
    yield { items: count === undefined ? undefined : Array<number>(count).fill(page) };
  }
}

test("the items of all pages are in their order, and a page may have none", async () => {
  const items = await allPages(pagesOf([2, undefined, 1]), (page) => page.items);
  expect(items).toEqual([0, 0, 2]);
});

test("there are never more than 2000 choices", async () => {
  expect(await allPages(pagesOf([1_999, 3]), (page) => page.items)).toHaveLength(2_000);
});
