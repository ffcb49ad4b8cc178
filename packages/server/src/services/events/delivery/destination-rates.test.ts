import { expect, test } from "vitest";
import { DestinationRates } from "./destination-rates.ts";

test("requests to a destination are spaced by its rate, each in its turn", () => {
  const rates = new DestinationRates();
  const slots = ["a", "b", "c"].map((id) => rates.slot(id, "one", 2, 1_000));
  expect(slots).toEqual([1_000, 1_500, 2_000]);
  expect(rates.slot("d", "two", 2, 1_000)).toBe(1_000);
  // A delivery keeps its moment, and may go once it has come.
  expect(rates.slot("c", "one", 2, 1_200)).toBe(2_000);
  expect(rates.slot("b", "one", 2, 1_501)).toBe(1_501);
  expect(rates.slot("e", "one", 2, 1_501)).toBe(2_500);
  expect(rates.slot("c", "one", 2, 2_000)).toBe(2_000);
  expect(rates.slot("f", "one", 2, 9_000)).toBe(9_000);
});
