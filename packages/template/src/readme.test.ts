import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as library from "./index.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const EXAMPLES = [...README.matchAll(/```ts[^\n]*\n(.*?)```/gs)].map((match) => match[1] ?? "");

test.each(EXAMPLES)("the README's examples do what they say %#", (example) => {
  const logged: string[] = [];
  const body = example.replace(
    /import (\{[^}]*\}) from "@rolecast\/template";/,
    (_import, names: string) => `const ${names} = library;`,
  );
  const log = (value: unknown): void => void logged.push(String(value));
  new Function("library", "console", body)(library, { log });
  const promised = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
  expect(promised.length).toBeGreaterThan(2);
  expect(logged).toEqual(promised);
});
