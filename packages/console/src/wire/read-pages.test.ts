import fc from "fast-check";
import { expect, test } from "vitest";
import { pagesOf, readPages } from "./read-pages.ts";

async function* pages(counts: readonly number[], read: number[] = []) {
  for (const [page, count] of counts.entries()) {
    read.push(page);
    yield Array<number>(count).fill(page);
  }
}

test("the first items in their order, never more than asked for, and whether they are all", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 9 }), { maxLength: 9 }),
      fc.nat({ max: 40 }),
      async (counts, max) => {
        const all = counts.flatMap((count, page) => Array<number>(count).fill(page));
        expect(await readPages(pages(counts), max)).toEqual({
          items: all.slice(0, max),
          complete: all.length <= max,
        });
      },
    ),
  ));

test("no page is asked for once there are more than are wanted", async () => {
  const read: number[] = [];
  expect(await readPages(pages([5, 5, 1, 9], read), 10)).toMatchObject({ complete: false });
  expect(read).toEqual([0, 1, 2]);
});

test("a page of the SDK may have no items", async () => {
  async function* answers() {
    yield { Users: ["ann"] };
    yield {};
  }
  const items = pagesOf<{ readonly Users?: readonly string[] }, string>(
    answers(),
    (page) => page.Users,
  );
  expect(await readPages(items, 9)).toEqual({ items: ["ann"], complete: true });
});
