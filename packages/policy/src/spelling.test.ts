import fc from "fast-check";
import { expect, it } from "vitest";
import { areSpelledAlike, nameMeant, namesMeant } from "./spelling.ts";

/** The distance of Levenshtein, by its definition. */
function distance(one: string, other: string): number {
  if (one === "" || other === "") return one.length + other.length;
  const [rest, others] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return distance(rest, others);
  return 1 + Math.min(distance(rest, other), distance(one, others), distance(rest, others));
}

it("names are alike if, and only if, at most two letters differ, not the first", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 6 });
  let alike = 0;
  fc.assert(
    fc.property(name, name, (one, other) => {
      const expected = one[0] === other[0] && distance(one, other) <= 2;
      alike += expected ? 1 : 0;
      expect(areSpelledAlike(one, other)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
  expect(alike).toBeGreaterThan(100);
});

it.each([
  ["getobjct", "GetObject"],
  ["GetObjects", "GetObject"],
  ["PutObjectAcl", "PutObjectAcl"],
  ["ListBukcet", "ListBucket"],
  ["DeleteEverything", undefined],
  ["Ge", undefined],
])("%s means %s", (written, expected) => {
  const names = ["GetObject", "GetObjectAcl", "PutObject", "PutObjectAcl", "ListBucket", "Get"];
  expect(nameMeant(written, names)).toBe(expected);
});

it("of several names that may be meant the nearest is the first", () => {
  const names = ["GetObjectAcl", "GetObjects", "GetObject", "PutObject"];
  expect(namesMeant("getobjct", names)).toEqual(["GetObject", "GetObjects"]);
});
