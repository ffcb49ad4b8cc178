import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./modules.ts";

/** Beyond this a line of a page can't be read or compared where it isn't rendered. */
const COLUMNS_MAX = 200;
/** The README is read to its end. */
const README_LINES_MAX = 110;

test("lines of the pages have at most 200 columns, tables and what is generated too", () => {
  const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "");
  expect(pages.length).toBeGreaterThan(100);
  const wide = pages.flatMap((path) =>
    readFileSync(join(root, path), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        line.length > COLUMNS_MAX ? [`${path}:${index + 1} has ${line.length}`] : [],
      ),
  );
  expect(wide, "Wrap prose at about 100 columns; make a table with long cells a list").toEqual([]);
});

test("the README has at most 110 lines", () => {
  const lines = readFileSync(join(root, "README.md"), "utf8").trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(README_LINES_MAX);
});

test("each heading of a page of differences says whom they matter to", () => {
  const listed = execFileSync("git", ["ls-files", "docs/*-differences.md"], { cwd: root });
  const pages = listed.toString().trim().split("\n");
  expect(pages.length).toBeGreaterThan(4);
  const wrong = pages.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = ""]) => heading);
    const own = readFileSync(join(root, path.replace("-differences", "")), "utf8");
    const isLinked = own.includes(`](${path.slice("docs/".length)})`);
    return [
      ...headings.filter((heading) => !heading.startsWith("If ")).map((one) => `${path}: ${one}`),
      ...(isLinked ? [] : [`${path}: its service's page has no link to it`]),
    ];
  });
  expect(wrong).toEqual([]);
});
