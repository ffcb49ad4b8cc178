import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "./document/json-reader.ts";
import { readYaml } from "./document/yaml-reader.ts";
import { parseTemplate, TemplateError } from "./index.ts";
import { evaluate } from "./testing/environment.testing.ts";

/** Exponential work takes longer; the rest takes a tenth of it where nothing else runs. */
const LIMIT_MS = 10_000;

/** Runs it; only AWS's refusals may come of it, and soon. */
function tried(run: () => unknown): string {
  const started = performance.now();
  let answer = "accepted";
  try {
    run();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    answer = error.message;
  }
  expect(performance.now() - started).toBeLessThan(LIMIT_MS);
  return answer;
}

const properties = (value: string) =>
  `{"Resources": {"A": {"Type": "T", "Properties": {"P": ${value}}}}}`;
const resolve = (value: string) => () => evaluate(properties(value)).resource("A", () => undefined);

describe("readers", () => {
  test("read JSON as JavaScript does, and as YAML", () => {
    // Numbers of more digits than a number holds stay text.
    const values = fc
      .jsonValue({ maxDepth: 5 })
      .filter((value) => !/\d{15}|e/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(values, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(readJson(text)).toEqual(JSON.parse(text));
        expect(readYaml(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("refuse what JavaScript refuses", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'{}[]",:01.-e tfn\\u\n'.split(""))), (letters) => {
        const text = letters.join("");
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) expect(readJson(text)).toEqual(JSON.parse(text));
        else expect(() => readJson(text)).toThrow("not JSON");
      }),
      { numRuns: 500 },
    );
  });
});

describe("nothing hostile takes time, memory or more than an answer", () => {
  test.each([
    ["JSON that is deep", () => parseTemplate("[".repeat(500_000))],
    ["maps that are deep", () => parseTemplate('{"a":'.repeat(200_000))],
    ["YAML that is deep", () => parseTemplate(`a: ${"[".repeat(500_000)}`)],
    [
      "indents that are deep",
      () =>
        parseTemplate(
          Array.from({ length: 1_000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
        ),
    ],
    [
      "aliases of aliases",
      () =>
        parseTemplate(
          `a: &a [x]\n${"bcdefghi"
            .split("")
            .map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index]},`.repeat(9)}]`)
            .join("\n")}`,
        ),
    ],
    ["a long line of YAML", () => parseTemplate(`a: ${"x ".repeat(250_000)}`)],
    ["many tags", () => parseTemplate(`a: ${"!Ref ".repeat(100_000)}`)],
    ["many documents", () => parseTemplate("---\n".repeat(200_000))],
    [
      "many keys",
      () => parseTemplate(Array.from({ length: 30_000 }, (_, key) => `k${key}: 1`).join("\n")),
    ],
    ["many quotes", () => parseTemplate(`{"a": ${'"'.repeat(900_000)}`)],
    ["functions that are deep", resolve(`${'{"Fn::Base64": '.repeat(90)}"x"${"}".repeat(90)}`)],
    [
      "functions that are deeper",
      resolve(`${'{"Fn::Base64": '.repeat(5_000)}"x"${"}".repeat(5_000)}`),
    ],
    [
      "substitutions that double",
      resolve(
        Array.from({ length: 40 }).reduce<string>(
          (inner) => `{"Fn::Sub": ["\${a}\${a}", {"a": ${inner}}]}`,
          '"x"',
        ),
      ),
    ],
    ["many variables", resolve(`{"Fn::Sub": "${"${AWS::Region}".repeat(60_000)}"}`)],
    ["variables that don't end", resolve(`{"Fn::Sub": "${"${".repeat(400_000)}"}`)],
    [
      "lists that are repeated",
      () =>
        evaluate({
          Mappings: { M: { a: { b: Array.from({ length: 20_000 }, () => "xxxxxxxx") } } },
          Resources: {
            A: {
              Type: "T",
              Properties: {
                P: Array.from({ length: 10_000 }, () => ({ "Fn::FindInMap": ["M", "a", "b"] })),
              },
            },
          },
        }).resource("A", () => undefined),
    ],
    [
      "conditions that branch",
      () =>
        evaluate({
          Conditions: Object.fromEntries(
            Array.from({ length: 200 }, (_, number) => [
              `C${number}`,
              number === 0
                ? { "Fn::Equals": ["a", "b"] }
                : { "Fn::Or": Array.from({ length: 10 }, () => ({ Condition: `C${number - 1}` })) },
            ]),
          ),
          Resources: { A: { Type: "T" } },
        }),
    ],
    [
      "conditions in a circle",
      () =>
        evaluate({
          Conditions: {
            A: { "Fn::Not": [{ Condition: "B" }] },
            B: { "Fn::Not": [{ Condition: "A" }] },
          },
          Resources: { A: { Type: "T" } },
        }),
    ],
    [
      "everything that refers to everything",
      () =>
        evaluate({
          Resources: Object.fromEntries(
            Array.from({ length: 500 }, (_, number) => [
              `R${number}`,
              {
                Type: "T",
                Properties: {
                  P: Array.from({ length: number }, (_, other) => ({ Ref: `R${other}` })),
                },
              },
            ]),
          ),
        }).graph,
    ],
  ])("%s", (_what, run) => {
    tried(run);
  });
});
