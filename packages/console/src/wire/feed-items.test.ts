import { expect, test } from "vitest";
import { withItem } from "./feed-items.ts";

interface Told {
  readonly id: string;
  readonly ms: number;
}

const RETOLD = { idOf: ({ id }: Told) => id, timeOf: ({ ms }: Told) => new Date(ms) };
const item = (id: number, ms = id): Told => ({ id: `${id}`, ms });
const read = (items: readonly Told[], known: readonly Told[] = []) =>
  items.reduce((before, item) => withItem(before, item, RETOLD), known);
const idsOf = (items: readonly Told[]) => items.map(({ id }) => Number(id));

test("a feed that isn't sent again keeps its latest 500 items, whatever they are", () => {
  let items: readonly number[] = [];
  for (let item = 0; item < 502; item += 1) items = withItem(items, item % 2);
  expect(items).toEqual(Array.from({ length: 500 }, (_, index) => (index + 1) % 2));
});

test.each<[string, readonly Told[], readonly Told[], readonly number[]]>([
  ["what is new comes on top", [item(1)], [item(2)], [2, 1]],
  ["of the same time, the later item", [item(1, 5)], [item(2, 5)], [2, 1]],
  ["what is there isn't there twice", [item(1), item(2)], [item(1), item(2)], [2, 1]],
  ["what was missed stands at its time", [item(1), item(4)], [item(2), item(1)], [4, 2, 1]],
  ["the oldest stands last", [item(3)], [item(1)], [3, 1]],
])("%s", (_case, known, again, expected) => {
  expect(idsOf(read(again, read(known)))).toEqual(expected);
});

test("what fell off the end doesn't come back on top when it is sent again", () => {
  const early = [item(1), item(2)];
  const since = Array.from({ length: 500 }, (_, index) => item(index + 3));
  const full = read([...early, ...since]);
  expect(full).toHaveLength(500);
  expect(read(early, full)).toEqual(full);
});
