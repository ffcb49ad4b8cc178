import { expect, test } from "vitest";
import { PictureTape } from "./picture-tape.ts";

test("a tape has all pictures since the last keyframe, or none", () => {
  const tape = new PictureTape(10);
  const lengths = () => tape.tags.map(({ length }) => length);
  tape.add(Buffer.alloc(3));
  expect(lengths()).toEqual([]);
  tape.begin(Buffer.alloc(1), Buffer.alloc(4));
  tape.add(Buffer.alloc(5));
  expect(lengths()).toEqual([1, 4, 5]);
  tape.add(Buffer.alloc(1));
  expect(lengths()).toEqual([]);
  tape.add(Buffer.alloc(1));
  expect(lengths()).toEqual([]);
  tape.begin(Buffer.alloc(2));
  expect(lengths()).toEqual([2]);
  tape.clear();
  expect(lengths()).toEqual([]);
});
