import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listModules, root } from "./modules.ts";

/** STYLE's limit. */
const COLUMNS_MAX = 100;
const LIST = "test/tidy/wide-lines.json";

/**
 * How many wider lines a file has: texts that can't be broken, such as AWS's own messages, and
 * titles of tests. The list only shrinks: whoever breaks such a line lowers its number, and nobody
 * raises one.
 */
const EXCEPTIONS: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(join(root, LIST), "utf8"),
);

const modules = listModules();

test("lines have at most 100 columns, but for a list that only shrinks", () => {
  const counts = modules.map(({ path, text }) => {
    const wide = text.split("\n").filter((line) => line.length > COLUMNS_MAX);
    return [path, wide.length] as const;
  });
  const wide = Object.fromEntries(counts.filter(([, count]) => count > 0));
  expect(wide, `Break the lines that are new, or lower the numbers in ${LIST}`).toEqual(EXCEPTIONS);
});

test("comments have at most 100 columns", () => {
  const wide = modules.flatMap(({ path, text }) =>
    text
      .split("\n")
      .filter((line) => line.length > COLUMNS_MAX && /^\s*(?:\/?\*|\/\/)/.test(line))
      .map((line) => `${path}: ${line}`),
  );
  expect(wide).toEqual([]);
});
