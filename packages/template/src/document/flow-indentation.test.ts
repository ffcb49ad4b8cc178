import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indentFlow } from "./flow-indentation.ts";
import { readDocument } from "./read-document.ts";
import type { MapValue } from "./value.ts";
import { readYaml } from "./yaml-reader.ts";

describe("inside of brackets and quotes indentation means nothing", () => {
  test.each([
    ["a:\n  b: {\n    c: d\n  }\n", { a: { b: { c: "d" } } }],
    ["a: {\n  b: [\n    1,\n    2\n  ]\n}\nc: d\n", { a: { b: [1, 2] }, c: "d" }],
    ["a:\n  - [\n  x, # }\n  y\n  ]\n  - z\n", { a: [["x", "y"], "z"] }],
    [
      "a:\n  b: !Sub [\n  '${c}', {\n  c: '}'\n  }\n  ]\n",
      { a: { b: { "Fn::Sub": ["${c}", { c: "}" }] } } },
    ],
    [
      "a:\n  b: 'one\ntwo ''\n\n  three'\n  c: \"four\\\nfive\\\"\nsix\"\n",
      { a: { b: "one two '\nthree", c: 'fourfive" six' } },
    ],
    ["a:\n  b: |\n    {\n  c: {\n    'd':e\n  }\n", { a: { b: "{\n", c: { d: "e" } } }],
    [
      "a:\n  - b: >-\n      it's\n    c: {\n    d: it's\n    }\n",
      { a: [{ b: "it's", c: { d: "it's" } }] },
    ],
    ["a: {\n\tb: c\n}\n", { a: { b: "c" } }],
    ["a: {\r\n  b: c\r\n}\r\nd: e\r\n", { a: { b: "c" }, d: "e" }],
  ])("%j", (text, value) => {
    expect(readYaml(text)).toEqual(value);
  });

  test("any JSON is read with every line at the key's indentation", () => {
    const values = fc
      .jsonValue({ maxDepth: 4 })
      .filter((value) => !/\d{15}|e/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(values, fc.nat(4), (value, indent) => {
        const lines = JSON.stringify(value, undefined, 1).split("\n");
        const margin = " ".repeat(indent);
        const json = lines.map((line) => margin + line.trim()).join("\n");
        const text = `${margin}key: ${json.trim()}\n${margin}next:\n${margin}- 1\n`;
        expect(readYaml(text)).toEqual({ key: JSON.parse(JSON.stringify(value)), next: [1] });
      }),
    );
  });

  test("a key's place is that in the text as it was written", () => {
    const text = "a: {\n b: {\nc: d\n}, e: f\n}\ng: h\n";
    const places = new Map<string, number>();
    const note = (_: MapValue, key: string, offset: number) => void places.set(key, offset);
    readDocument(text, note);
    expect(Object.fromEntries(places)).toEqual(
      Object.fromEntries(
        [..."abcefg"].filter((key) => key !== "f").map((key) => [key, text.indexOf(`${key}:`)]),
      ),
    );
  });

  test.each([
    ["a: {\n  b: c\n", 3, 1],
    ["a: {\nb: c\n}\nd: ]\n", 4, 4],
    ["a:\n{\nb: c\n}\n", 4, 2],
    ["a: 'b\n---\nc'\n", 2, 1],
  ])("what isn't well-formed otherwise is refused at its place: %j", (text, line, column) => {
    expect(() => readDocument(text)).toThrow(
      `Template format error: YAML not well-formed. (line ${line}, column ${column})`,
    );
  });

  test("a hostile text doesn't become long", () => {
    const text = `${" ".repeat(300_000)}a: [\n${"1,\n".repeat(100_000)}]`;
    expect(indentFlow(text)).toBeUndefined();
  });
});
