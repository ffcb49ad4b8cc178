import { expect, test } from "vitest";
import { mergePolicies } from "./inheritance.ts";

/* Source of the cases: Organizations User Guide, "Inheritance examples". */

const tag = (values: object, more: object = {}) =>
  JSON.stringify({
    tags: { CostCenter: { tag_key: { "@@assign": "CostCenter" }, tag_value: values, ...more } },
  });
const merged = (...levels: readonly (readonly string[])[]) =>
  JSON.parse(mergePolicies(levels)) as { tags?: { costcenter?: { tag_value?: unknown } } };
const tagValues = (...levels: readonly (readonly string[])[]) =>
  merged(...levels).tags?.costcenter?.tag_value;

const assign = (...values: string[]) => ({ "@@assign": values });
const append = (...values: string[]) => ({ "@@append": values });
const remove = (...values: string[]) => ({ "@@remove": values });
const control = (...operators: string[]) => ({
  "@@operators_allowed_for_child_policies": operators,
});

test.each([
  ["a level below overwrites", [[tag(assign("a"))], [tag(assign("b"))]], ["b"]],
  ["a level below appends, once", [[tag(assign("a"))], [tag(append("b", "a"))]], ["a", "b"]],
  ["a level below removes", [[tag(assign("a", "b"))], [tag(remove("a"))]], ["b"]],
  ["a level without policies changes nothing", [[tag(assign("a"))], []], ["a"]],
  ["of one level the first assigns", [[tag(assign("a")), tag(assign("b"))]], ["a"]],
  [
    "a level above leaves some operators",
    [[tag({ ...assign("a"), ...control("@@append") })], [tag(assign("b"))], [tag(append("c"))]],
    ["a", "c"],
  ],
  [
    "a level above leaves nothing, and nobody below gives more",
    [
      [tag({ ...assign("a"), ...control("@@none") })],
      [tag({ ...assign("b"), ...control("@@all") })],
      [tag(append("c"))],
    ],
    ["a"],
  ],
  [
    "a control of a key is of the keys in it too",
    [[tag(assign("a"), control("@@none"))], [tag(assign("b"))]],
    ["a"],
  ],
] as const)("%s", (_name, levels, expected) => {
  expect(tagValues(...levels)).toEqual(expected);
});

test("keys count without case, and values keep theirs", () => {
  expect(merged([tag(assign("Red"))])).toEqual({
    tags: { costcenter: { tag_key: "CostCenter", tag_value: ["Red"] } },
  });
});

test("a key that only has controls isn't shown", () => {
  const text = JSON.stringify({ services: { default: control("@@none") } });
  expect(mergePolicies([[text]])).toBe("{}");
});
