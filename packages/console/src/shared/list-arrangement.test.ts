import fc from "fast-check";
import { expect, test } from "vitest";
import { arranged, type Column, countText } from "./list-arrangement.ts";

interface Row {
  readonly name: string;
  readonly size: number | undefined;
  readonly at: Date;
}

const COLUMNS: readonly Column<Row>[] = [
  { id: "name", header: "Name", value: ({ name }) => name },
  { id: "size", header: "Size", value: ({ size }) => size },
  { id: "at", header: "At", value: ({ at }) => at },
  { id: "go", header: "Go", control: () => "go" },
];
const ROWS: readonly Row[] = [
  { name: "part-10", size: 3, at: new Date(2026, 1, 2) },
  { name: "Part-9", size: undefined, at: new Date(2026, 0, 3) },
  { name: "other", size: 12, at: new Date(2025, 5, 1) },
];
const WHOLE = { find: "", sort: "", page: 1 };
const names = (view: Partial<typeof WHOLE>) =>
  arranged(ROWS, COLUMNS, { ...WHOLE, ...view }, 10).shown.map(({ name }) => name);

test.each([
  ["as the server lists", {}, ["part-10", "Part-9", "other"]],
  ["numbers in names as numbers", { sort: "name" }, ["other", "Part-9", "part-10"]],
  ["numbers; those without one last", { sort: "size" }, ["part-10", "other", "Part-9"]],
  ["downwards; those without one last", { sort: "-size" }, ["other", "part-10", "Part-9"]],
  ["times", { sort: "at" }, ["other", "Part-9", "part-10"]],
  ["no such column", { sort: "colour" }, ["part-10", "Part-9", "other"]],
  ["a column of buttons", { sort: "go" }, ["part-10", "Part-9", "other"]],
  ["whatever the case", { find: " PART " }, ["part-10", "Part-9"]],
  ["a time as it is shown", { find: "2025-06" }, ["other"]],
  ["no sizes, which are shown otherwise", { find: "12" }, []],
])("%s", (_, view, expected) => {
  expect(names(view)).toEqual(expected);
});

test("pages contain every item once, and one after the last is the last", () => {
  fc.assert(
    fc.property(fc.nat({ max: 130 }), fc.integer({ min: 1, max: 40 }), (count, pageSize) => {
      const rows = Array.from({ length: count }, (_, size) => ({
        name: "x",
        size,
        at: new Date(),
      }));
      const page = (number: number) =>
        arranged(rows, COLUMNS, { ...WHOLE, page: number }, pageSize);
      const { pages, found } = page(1);
      const shown = Array.from({ length: pages }, (_, index) => page(index + 1).shown);
      expect(shown.flat()).toEqual(rows);
      expect(found).toBe(count);
      expect(page(pages + 3)).toEqual(page(pages));
    }),
  );
});

test.each([
  [2_000, true, 0, "(2,000+)"],
  [12, false, 0, "(12)"],
  [10_000, true, 1_200, "(1,200/10,000+)"],
] as const)("%i items, more %s, %i chosen: %s", (total, more, chosen, text) => {
  expect(countText(total, more, chosen)).toBe(text);
});
