import { expect, test } from "vitest";
import { current } from "./use-selection.ts";

const idOf = ({ id }: { readonly id: string }) => id;

test("chosen items are as the list has them now; those that are gone are dropped", () => {
  const kept = [
    { id: "a", state: "old" },
    { id: "b", state: "old" },
  ];
  const data = [{ id: "a", state: "new" }];
  expect(current(kept, data, idOf, true)).toEqual([{ id: "a", state: "new" }]);
  expect(current(kept, data, idOf, false)).toEqual([
    { id: "a", state: "new" },
    { id: "b", state: "old" },
  ]);
});
