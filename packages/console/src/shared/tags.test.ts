import fc from "fast-check";
import { expect, test } from "vitest";
import { tagChanges, tagsOf } from "./tags.ts";

const words = fc.constantFrom("", "a", "b", "c", "d", "__proto__", "constructor");
const tags = fc.uniqueArray(fc.record({ key: words, value: words }), {
  selector: ({ key }) => key,
});

test("of two tags with one key the later one counts", () => {
  const fields = [
    { key: "team", value: "red" },
    { key: "team", value: "blue" },
  ];
  expect(tagsOf(fields)).toEqual({ team: "blue" });
});

test("the changes turn the tags before into those after, and name none that stays", () => {
  fc.assert(
    fc.property(tags, tags, (old, after) => {
      const before = tagsOf(old);
      const { put, remove } = tagChanges(before, after);
      const kept = old.filter(({ key }) => !remove.includes(key));
      expect(tagsOf([...kept, ...put])).toEqual(tagsOf(after));
      for (const { key, value } of put) expect(old).not.toContainEqual({ key, value });
      for (const key of remove) expect(Object.keys(before)).toContain(key);
    }),
  );
});
