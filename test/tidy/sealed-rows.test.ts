import { expect, test } from "vitest";
import { isTest, listModules } from "./modules.ts";

/** Tables of CloudFormation whose rows may be sealed. */
const TABLES = ["resources", "versions", "leftovers", "change_sets", "signals", "stack_refactors"];
const SEALED = new RegExp(`selectFrom\\("cloudformation_(?:${TABLES.join("|")})`);
const ROWS = "packages/server/src/services/cloudformation/rows/";

/** The functions of a module, each from its `function` to its end. */
function functionsOf(text: string): readonly string[] {
  return text.match(/^(?:export )?(?:async )?function [\s\S]*?^\}/gm) ?? [];
}

const modules = listModules().filter(
  ({ path }) => path.startsWith("packages/") && !isTest(path) && !path.includes(".testing."),
);

test("rows that may be sealed are opened where they are read, and read nowhere else", () => {
  const elsewhere = modules.filter(({ path, text }) => !path.startsWith(ROWS) && SEALED.test(text));
  expect(elsewhere.map(({ path }) => path)).toEqual([]);
  const readers = modules
    .filter(({ path }) => path.startsWith(ROWS))
    .flatMap(({ text }) => functionsOf(text))
    .filter((text) => SEALED.test(text) && text.includes(".selectAll("));
  expect(readers.length).toBeGreaterThan(10);
  expect(readers.filter((text) => !/\bopened\w*\(/.test(text))).toEqual([]);
});
