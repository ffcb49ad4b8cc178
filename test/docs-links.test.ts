import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { headingId } from "../scripts/docs-site/heading-ids.ts";

const ROOT = join(import.meta.dirname, "..");
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: ROOT, encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "");

/** Markdown without code, in which nothing is a link. */
function proseOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8")
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/`[^`\n]*`/g, (code) => (code.includes("](") ? "" : code));
}

/** Ids of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const ids = [...proseOf(path).matchAll(/^#+ +(.+)$/gm)].map(([, title = ""]) =>
    headingId(title, seen),
  );
  return new Set(ids);
}

describe("documentation", () => {
  test("links between pages lead to a file and a heading", () => {
    let links = 0;
    const broken = pages.flatMap((page) =>
      [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => {
          links++;
          const [path = "", anchor] = target.split("#");
          const file = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
          if (!existsSync(join(ROOT, file))) return true;
          return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
        })
        .map((target) => `${page}: ${target}`),
    );
    expect(links).toBeGreaterThan(40);
    expect(broken).toEqual([]);
  });

  test("every page of docs/ can be reached from its index", () => {
    const index = proseOf("docs/index.md");
    const unreached = pages
      .filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== "docs/index.md")
      .filter((page) => !index.includes(`](${page.slice("docs/".length)}`));
    expect(unreached).toEqual([]);
  });

  test("files that the pages name in code exist", () => {
    const missing = pages.flatMap((page) =>
      [
        ...readFileSync(join(ROOT, page), "utf8").matchAll(
          /`((?:examples|packaging|docs|test|packages|bench|scripts)\/[\w./-]+)`/g,
        ),
      ]
        .map(([, path = ""]) => path)
        .filter((path) => !path.includes("NNNN") && !existsSync(join(ROOT, path)))
        .map((path) => `${page}: ${path}`),
    );
    expect(missing).toEqual([]);
  });
});
