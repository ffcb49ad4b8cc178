import { expect, test } from "vitest";
import { allPages } from "./all-pages.ts";

async function* pagesOf(counts: readonly (number | undefined)[], read: number[]) {
  for (const [page, count] of counts.entries()) {
    read.push(page);
    yield { items: count === undefined ? undefined : Array<number>(count).fill(page) };
  }
}

test("the items of all pages are in their order, and a page may have none", async () => {
  const items = await allPages(pagesOf([2, undefined, 1], []), (page) => page.items);
  expect(items).toEqual([0, 0, 2]);
});

test("no page is asked for once there are 2000 items", async () => {
  const read: number[] = [];
  const items = await allPages(pagesOf([1_999, 1, 5], read), (page) => page.items);
  expect(items).toHaveLength(2_000);
  expect(read).toEqual([0, 1]);
});
