import { expect, test } from "vitest";
import { withItem } from "./feed-items.ts";

interface Told {
  readonly id: string;
  readonly ms: number;
}

const RETOLD = { idOf: ({ id }: Told) => id, timeOf: ({ ms }: Told) => new Date(ms) };
const told = (id: number, ms = id): Told => ({ id: `${id}`, ms });
const read = (items: readonly Told[], known: readonly Told[] = []) =>
  items.reduce((before, item) => withItem(before, item, RETOLD), known);
const idsOf = (items: readonly Told[]) => items.map(({ id }) => Number(id));

test("a feed that isn't told again keeps its latest 500 items, whatever they are", () => {
  let items: readonly number[] = [];
  for (let item = 0; item < 502; item += 1) items = withItem(items, item % 2);
  expect(items).toEqual(Array.from({ length: 500 }, (_, index) => (index + 1) % 2));
});

test.each<[string, readonly Told[], readonly Told[], readonly number[]]>([
  ["what is new comes on top", [told(1)], [told(2)], [2, 1]],
  ["of the same time, the later told", [told(1, 5)], [told(2, 5)], [2, 1]],
  ["what is there isn't there twice", [told(1), told(2)], [told(1), told(2)], [2, 1]],
  ["what was missed stands at its time", [told(1), told(4)], [told(2), told(1)], [4, 2, 1]],
  ["the oldest stands last", [told(3)], [told(1)], [3, 1]],
])("%s", (_case, known, again, expected) => {
  expect(idsOf(read(again, read(known)))).toEqual(expected);
});

test("what fell off the end doesn't come back on top when it is told again", () => {
  const early = [told(1), told(2)];
  const since = Array.from({ length: 500 }, (_, index) => told(index + 3));
  const full = read([...early, ...since]);
  expect(full).toHaveLength(500);
  expect(read(early, full)).toEqual(full);
});
