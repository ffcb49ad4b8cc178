import { expect, test } from "vitest";
import { withSection } from "./ini-section.ts";

const VALUES = { region: "r", endpoint_url: "http://h" };
const SECTION = "[profile x]\nregion = r\nendpoint_url = http://h\n";

test.each([
  ["an empty file", "", SECTION],
  ["another section", "# mine\n[default]\na = 1\n", `# mine\n[default]\na = 1\n\n${SECTION}`],
  [
    "a section of that name, whose settings go",
    "[profile x]\nold = 1\n  nested = 2\n\n[default]\na = 1\n",
    `[default]\na = 1\n\n${SECTION}`,
  ],
  ["two of that name", "[profile x]\na = 1\n[ profile x ]\nb = 1\n", SECTION],
  [
    "a longer name",
    "[profile xy]\na = 1\n[x]\nb = 1\n",
    `[profile xy]\na = 1\n[x]\nb = 1\n\n${SECTION}`,
  ],
])("a section is put into %s", (_name, before, expected) => {
  const once = withSection(before, "profile x", VALUES);
  expect(once).toBe(expected);
  expect(withSection(once, "profile x", VALUES)).toBe(once);
});
