import { expect, test } from "vitest";
import { listModules } from "./modules.ts";

/** The first line of a doc comment, alone or below its opening. */
const FIRST_LINE = /^\s*\/\*\*(?:\n\s*\*)? (.*)/gm;
/** A relative clause that stands where a sentence, or the noun that it belongs to, should. */
const RELATIVE_HEADING = /^(?:What|Of|Where|Who|Whom|Whose) [a-z]/;

test("a doc comment begins with its subject, not with a relative clause", () => {
  const firstLines = listModules().flatMap(({ path, text }) =>
    [...text.matchAll(FIRST_LINE)].map(([, line = ""]) => ({ path, line })),
  );
  expect(firstLines.length).toBeGreaterThan(3_000);
  const headings = firstLines.filter(({ line }) => RELATIVE_HEADING.test(line));
  expect(headings.map(({ path, line }) => `${path}: ${line}`)).toEqual([]);
});
