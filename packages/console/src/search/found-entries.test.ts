import fc from "fast-check";
import { expect, test } from "vitest";
import { foundEntries, type SearchEntry } from "./found-entries.ts";

const entry = (kind: string, name: string, detail = ""): SearchEntry => ({
  ...{ kind, name, detail, href: `#/${kind}/${name}` },
});
const ENTRIES = [
  entry("Bucket", "all-stages"),
  entry("Channel", "backstage", "arn:aws:ivs:us-east-1:000000000000:channel/AbC"),
  entry("Channel", "stage two"),
  entry("Role", "stage"),
  entry("User", "ann", "arn:aws:iam::000000000000:user/stage/ann"),
];
const names = (question: string, max = 9) =>
  foundEntries(ENTRIES, question, max).map(({ name }) => name);

test.each([
  ["stage", ["stage", "stage two", "all-stages", "backstage", "ann"]],
  ["STAGE two", ["stage two"]],
  ["channel abc", ["backstage"]],
  ["role", ["stage"]],
  ["a.b", []],
  ["  ", []],
])("%j", (question, expected) => {
  expect(names(question)).toEqual(expected);
});

test("no more than are wanted, the best", () => {
  expect(names("stage", 2)).toEqual(["stage", "stage two"]);
});

test("whatever is asked, a name is found by any part of it", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.nat(), (name, from, length) => {
      const part = name.slice(from % name.length).slice(0, 1 + length);
      if (part.trim() === "") return;
      expect(foundEntries([entry("User", name)], part, 1)).toHaveLength(1);
    }),
  );
});
