import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rolecastProgram } from "../../packages/cli/src/program.ts";
import { DESCRIPTION } from "../../packages/server/src/kernel/description.ts";
import { isTest, listModules, root } from "./modules.ts";

/* A stranger reads one story, and pastes command lines that run where they were printed. */

const read = (path: string) => readFileSync(join(root, path), "utf8");

test.each(["README.md", "packages/console/index.html"])("%s says what Rolecast is", (path) => {
  expect(read(path).replaceAll(/\s+/g, " ")).toContain(DESCRIPTION);
});

test.each(["package.json", "packages/cli/package.json"])("%s describes it so", (path) => {
  expect(JSON.parse(read(path)).description).toBe(DESCRIPTION);
});

test("the command's help and the documentation's site describe it so", async () => {
  expect((await rolecastProgram()).description()).toBe(DESCRIPTION);
  expect(read("scripts/docs-site/layout.ts")).toContain("escapeHtml(DESCRIPTION)");
  expect(read("packages/cli/src/serve.ts")).toContain("wrapped(DESCRIPTION)");
});

/** The one place that knows how the command is called. */
const COMMAND_LINE = "packages/server/src/kernel/command-line.ts";
const COMMENT = /^\s*(?:\/?\*|\/\/)/;

test("code prints no command line but by commandLine and pasteable", async () => {
  const { commands } = await rolecastProgram();
  const names = commands.map((command) => command.name()).join("|");
  const written = new RegExp(`(?<![\\w/.$-])rolecast (?:${names})\\b`);
  expect(written.test("Try `rolecast explain`")).toBe(true);
  const lines = listModules()
    .filter(({ path }) => /^packages\/[a-z]+\/src\//.test(path) && path !== COMMAND_LINE)
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, text }) => text.split("\n").map((line) => ({ path, line })))
    .filter(({ line }) => !COMMENT.test(line) && written.test(line));
  // A purpose of derived keys, which nobody may change, is no command line.
  expect(lines.filter(({ line }) => !line.includes("rolecast iam stored secrets"))).toEqual([]);
});

test("pages call the command by npx", async () => {
  const { commands } = await rolecastProgram();
  const names = commands.map((command) => command.name()).join("|");
  const bare = new RegExp(`(?<![\\w/.$:-]|npx |exec |exec … )rolecast (?:${names})\\b`);
  expect(bare.test("Try `rolecast explain`")).toBe(true);
  const pages = execFileSync("git", ["ls-files", "README.md", "docs/*.md", "examples/*.md"], {
    ...{ cwd: root, encoding: "utf8" },
  });
  const lines = pages
    .trim()
    .split("\n")
    .filter((path) => !/^docs\/(?:adr|measurements|cli-reference)/.test(path))
    .flatMap((path) =>
      read(path)
        .split("\n")
        .map((line) => `${path}: ${line}`),
    );
  expect(lines.length).toBeGreaterThan(1_000);
  expect(lines.filter((line) => bare.test(line))).toEqual([]);
});
