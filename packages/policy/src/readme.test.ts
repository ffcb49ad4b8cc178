import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as policy from "./index.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const EXAMPLES = [...README.matchAll(/```ts[^\n]*\n(.*?)```/gs)].map((match) => match[1] ?? "");

/** Returns what an example logs and what the comments after its console.log calls promise. */
function run(example: string): { logged: readonly string[]; promised: readonly string[] } {
  const logged: string[] = [];
  const body = example.replace(
    /import (\{[^}]*\}) from "@rolecast\/policy";/,
    (_import, names: string) => `const ${names} = library;`,
  );
  const log = (value: unknown): void => void logged.push(String(value));
  new Function("library", "console", body)(policy, { log });
  const promised = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(
    (match) => match[1] ?? "",
  );
  return { logged, promised };
}

describe("the README's examples", () => {
  it.each(EXAMPLES)("do what they say %#", (example) => {
    const { logged, promised } = run(example);
    expect(promised.length).toBeGreaterThan(3);
    expect(logged).toEqual(promised);
  });
});
