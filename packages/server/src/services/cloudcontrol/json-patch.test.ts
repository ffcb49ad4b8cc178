import { describe, expect, it } from "vitest";
import { applyPatch, operationsOf } from "./json-patch.ts";

const patched = (document: unknown, ...patch: readonly object[]) =>
  applyPatch(document, operationsOf(JSON.stringify(patch)));

/** The examples of RFC 6902, appendix A, and what RFC 6901 says of names. */
const EXAMPLES: readonly (readonly [unknown, object, unknown])[] = [
  [{ foo: "bar" }, { op: "add", path: "/baz", value: "qux" }, { foo: "bar", baz: "qux" }],
  [{ foo: ["a", "b"] }, { op: "add", path: "/foo/1", value: "q" }, { foo: ["a", "q", "b"] }],
  [{ foo: ["a"] }, { op: "add", path: "/foo/-", value: ["b"] }, { foo: ["a", ["b"]] }],
  [{ foo: 1, baz: 2 }, { op: "remove", path: "/baz" }, { foo: 1 }],
  [{ foo: ["a", "q", "b"] }, { op: "remove", path: "/foo/1" }, { foo: ["a", "b"] }],
  [{ baz: "qux" }, { op: "replace", path: "/baz", value: "boo" }, { baz: "boo" }],
  [
    { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
    { op: "move", from: "/foo/waldo", path: "/qux/thud" },
    { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
  ],
  [
    { foo: ["all", "grass", "cows", "eat"] },
    { op: "move", from: "/foo/1", path: "/foo/3" },
    { foo: ["all", "cows", "eat", "grass"] },
  ],
  [{ a: [1, 2] }, { op: "copy", from: "/a/0", path: "/b" }, { a: [1, 2], b: 1 }],
  [{ a: 1 }, { op: "test", path: "/a", value: 1 }, { a: 1 }],
  [
    { "/": 9, "~1": 10 },
    { op: "replace", path: "/~01", value: 1 },
    { "/": 9, "~1": 1 },
  ],
  [{ a: 1 }, { op: "replace", path: "", value: { b: 2 } }, { b: 2 }],
  [{ a: 1 }, { op: "add", path: "/a", value: null, unknown: "member" }, { a: null }],
];

describe("a JSON patch", () => {
  it("does what the standard's examples say, and leaves the document as it was", () => {
    for (const [document, operation, result] of EXAMPLES) {
      const before = structuredClone(document);
      expect(patched(document, operation)).toEqual(result);
      expect(document).toEqual(before);
    }
  });

  it("is refused where it doesn't fit", () => {
    const refused: readonly (readonly [unknown, object])[] = [
      [{ foo: "bar" }, { op: "add", path: "/baz/bat", value: 1 }],
      [{ foo: 1 }, { op: "remove", path: "/bar" }],
      [{ foo: 1 }, { op: "replace", path: "/bar", value: 1 }],
      [{ foo: [1] }, { op: "add", path: "/foo/2", value: 1 }],
      [{ foo: [1] }, { op: "add", path: "/foo/01", value: 1 }],
      [{ foo: [1] }, { op: "remove", path: "/foo/-" }],
      [{ foo: {} }, { op: "move", from: "/foo", path: "/foo/bar" }],
      [{ foo: {} }, { op: "copy", from: "/foo", path: "/foo/bar" }],
      [{ foo: {} }, { op: "copy", from: "", path: "/bar" }],
      [{ foo: 1 }, { op: "test", path: "/foo", value: "1" }],
      [{ foo: [1, 2] }, { op: "test", path: "/foo", value: { 0: 1, 1: 2 } }],
      [{ foo: { a: 1 } }, { op: "test", path: "/foo", value: { b: 1 } }],
      [{ foo: 1 }, { op: "add", path: "/foo" }],
      [{ foo: 1 }, { op: "copy", path: "/foo" }],
      [{ foo: 1 }, { op: "spam", path: "/foo", value: 1 }],
      [{ foo: 1 }, { op: "add", path: "foo", value: 1 }],
      [{}, { op: "replace", path: "/constructor/prototype/x", value: 1 }],
    ];
    for (const [document, operation] of refused)
      expect(() => patched(document, operation), JSON.stringify(operation)).toThrow("[0]");
    expect(() => operationsOf("{")).toThrow("isn't JSON");
    expect(() => operationsOf('{"op":"add"}')).toThrow("isn't a list of operations");
    expect(() => operationsOf("[null]")).toThrow("isn't a list of operations");
  });

  it("never reaches an object's prototype", () => {
    const value = { polluted: true };
    expect(patched({}, { op: "add", path: "/__proto__", value })).not.toHaveProperty("polluted");
    expect({}).not.toHaveProperty("polluted");
  });

  it("copies, compares and moves no more than properties may have characters", () => {
    const times = (count: number, ...operations: readonly object[]) =>
      Array.from({ length: count }, () => operations).flat();
    const list = Array.from({ length: 100_000 }, () => 0);
    const attacks: Readonly<Record<string, readonly [unknown, readonly object[]]>> = {
      "a value that doubles": [
        { a: {} },
        Array.from({ length: 25 }, (_, index) => [
          { op: "copy", from: "/a", path: "/b" },
          { op: "move", from: "/b", path: `/a/${index}` },
        ]).flat(),
      ],
      "a large value copied over and over": [
        { a: list },
        times(50, { op: "copy", from: "/a", path: "/b" }),
      ],
      "a large value compared over and over": [
        { a: list },
        times(50, { op: "test", path: "/a", value: [...list.slice(1), 1] }),
      ],
      "a large list that is moved along over and over": [
        { a: list },
        times(2_000, { op: "add", path: "/a/0", value: 1 }, { op: "remove", path: "/a/0" }),
      ],
    };
    for (const [name, [document, patch]] of Object.entries(attacks))
      expect(() => patched(document, ...patch), name).toThrow(/takes too much|value differs/);
  });

  it("makes no document that is deeper than a text may be", () => {
    const deeper = [
      { op: "add", path: "/b", value: {} },
      { op: "move", from: "/a", path: "/b/a" },
      { op: "move", from: "/b", path: "/a" },
    ];
    const levels = (count: number) => Array.from({ length: count }, () => deeper).flat();
    expect(patched({ a: 1 }, ...levels(90))).toBeDefined();
    expect(() => patched({ a: 1 }, ...levels(200))).toThrow("too deep");
    const deep = `${"[".repeat(200)}${"]".repeat(200)}`;
    expect(() => operationsOf(`[{"op":"add","path":"/a","value":${deep}}]`)).toThrow("too deep");
  });
});
