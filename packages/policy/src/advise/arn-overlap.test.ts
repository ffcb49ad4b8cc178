import fc from "fast-check";
import { expect, it } from "vitest";
import { canNameResource } from "./arn-overlap.ts";

/** Every text of these letters, up to five. */
const LETTERS = ["a", "b", ":", "/"];
const TEXTS = [1, 2, 3, 4, 5].reduce<readonly string[]>(
  (texts) => [
    ...new Set(["", ...texts.flatMap((text) => LETTERS.map((each) => text + each)), ...texts]),
  ],
  [""],
);
const MEANINGS: Readonly<Record<string, string>> = {
  "*": ".*",
  "?": ".",
  "${aws:username}": ".*",
  "${BucketName}": "[^:/]*",
  "${ObjectName}": ".*",
};
const parts = (...further: readonly string[]) =>
  fc.array(fc.constantFrom(...LETTERS, ...further), { maxLength: 3 }).map((places) => ({
    text: places.join(""),
    regex: new RegExp(`^${places.map((place) => MEANINGS[place] ?? place).join("")}$`, "s"),
  }));

it("a pattern can name a resource if, and only if, a text fits both", () => {
  const pattern = parts("*", "?", "${aws:username}");
  const template = parts("${BucketName}", "${ObjectName}");
  let both = 0;
  fc.assert(
    fc.property(pattern, template, (one, other) => {
      const expected = TEXTS.some((text) => one.regex.test(text) && other.regex.test(text));
      both += expected ? 1 : 0;
      expect(canNameResource(one.text, other.text)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
  expect(both).toBeGreaterThan(100);
});
