import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { parseSync } from "rolldown/utils";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { findOnPath } from "../packages/cli/src/demo/find-program.ts";
import { rolecastProgram } from "../packages/cli/src/program.ts";
import { SERVICE_TITLES } from "../packages/console/src/service-titles.ts";
import { workingOperations } from "./support/operations-page.ts";
import { commandsOf, flagValue, ROOT, readPages, type Snippet } from "./support/snippets.ts";

const pages = readPages();
const snippets = pages.flatMap((page) => page.snippets);

describe("every block", () => {
  const parsers: Readonly<Record<string, (snippet: Snippet) => void>> = {
    json: ({ text }) => void JSON.parse(text),
    yaml({ text }) {
      const [error] = parseDocument(text).errors;
      if (error) throw error;
    },
    js: parseScript,
    ts: parseScript,
    sh: parseShell,
    console: parseShell,
    python: ({ text }) =>
      void execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], {
        input: text,
      }),
    nginx: ({ text }) => expect(text.split("{").length).toBe(text.split("}").length),
    text: () => undefined,
    "": () => undefined,
  };

  test.each(Object.keys(parsers))("in the language %j parses", (language) => {
    if (language === "python" && findOnPath("python3") === undefined) return;
    for (const snippet of snippets.filter((one) => one.language === language)) {
      const parse = parsers[language];
      expect(() => parse?.(snippet), `${snippet.page}:\n${snippet.text}`).not.toThrow();
    }
  });

  test("has a language that this test knows", () => {
    const unknown = snippets.filter(({ language }) => !(language in parsers));
    expect(unknown.map(({ page, language }) => `${page}: ${language}`)).toEqual([]);
  });
});

/** A block in one of these is nothing to run: a drawing, or the form of a name. */
const DRAWN = new Set([""]);
/** Each is a fate; a block has one of them. */
const FATES = ["run", "file", "output", "test", "skip"] as const;

describe("the fate of a block", () => {
  const fatesOf = (one: Snippet) =>
    FATES.filter((fate) => one.flags.some((flag) => flag === fate || flag.startsWith(`${fate}=`)));
  const titleOf = ({ page, language, text }: Snippet) =>
    `${page}: ${language}: ${text.slice(0, 60)}`;

  test("is to be run by a test or to be skipped for a reason that it says", () => {
    const without = snippets.filter(
      (one) =>
        !DRAWN.has(one.language) && (fatesOf(one).length !== 1 || flagValue(one, "skip") === ""),
    );
    expect(without.map(titleOf)).toEqual([]);
  });

  test("is a word that this test knows", () => {
    const known = new Set<string>([...FATES, "fails"]);
    const unknown = snippets.filter(({ flags }) =>
      flags.some((flag) => !known.has(flag.split("=")[0] ?? "")),
    );
    expect(unknown.map(titleOf)).toEqual([]);
  });

  test("that is another test's has a test that reads the page", () => {
    const wrong = snippets.filter((one) => {
      const file = flagValue(one, "test");
      if (file === undefined) return false;
      const path = join(ROOT, file);
      return !existsSync(path) || !readFileSync(path, "utf8").includes(basename(one.page));
    });
    expect(wrong.map(titleOf)).toEqual([]);
  });

  test("that is an output follows the block that prints it", () => {
    const wrong = pages.flatMap(({ snippets: blocks }) =>
      blocks.filter((one, index) => {
        const before = blocks[index - 1];
        return one.flags.includes("output") && !before?.flags.includes("run");
      }),
    );
    expect(wrong.map(titleOf)).toEqual([]);
  });
});

/** Lines that somebody may type, from blocks and from the middle of sentences. */
const lines = pages.flatMap(({ path, inline, snippets: blocks }) =>
  [
    ...inline,
    ...blocks
      .filter(({ language }) => language === "sh" || language === "console")
      .flatMap((block) => commandsOf(block).replaceAll("\\\n", " ").split("\n")),
  ].map((line) => [path, line] as const),
);

test("commands and flags of rolecast that the pages name exist", async () => {
  const program = await rolecastProgram();
  let seen = 0;
  const wrong = lines.flatMap(([page, line]) =>
    [...line.matchAll(/(?:^|\bnpx |\$\(|&& )rolecast ([^|>#)]+)/g)].flatMap(([, words = ""]) => {
      seen++;
      const complaint = complaintAbout(words.trim().split(/\s+/), program);
      return complaint === undefined ? [] : [`${page}: rolecast ${words}: ${complaint}`];
    }),
  );
  expect(seen).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});

/** The AWS CLI calls services as they are called here, but for S3, whose `s3` isn't its API. */
const CLI_NAMES = Object.keys(SERVICE_TITLES).map((name) => (name === "s3" ? "s3api" : name));
const COMMAND_OF_SERVICE = new RegExp(`\\baws (${CLI_NAMES.join("|")}) ([a-z][a-z0-9-]+)`, "g");

/** Commands of the AWS CLI that make calls of their own choice. */
const OF_THE_CLI = new Set(["wait", "deploy"]);

test("operations of the AWS CLI that the pages name are those that work", () => {
  const working = [...workingOperations().values()].flat();
  const known = new Set(working.map((name) => name.toLowerCase()));
  let seen = 0;
  const wrong = lines.flatMap(([path, line]) =>
    [...line.matchAll(COMMAND_OF_SERVICE)]
      .filter(([, , operation = ""]) => {
        seen++;
        return !known.has(operation.replaceAll("-", "")) && !OF_THE_CLI.has(operation);
      })
      .map(([command]) => `${path}: ${command}`),
  );
  expect(seen).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});

function complaintAbout(words: readonly string[], program: Command): string | undefined {
  let command = program;
  for (const word of words) {
    if (command.name() === "aws") return undefined;
    const child = command.commands.find((one) => one.name() === word);
    if (child) command = child;
    else if (command.commands.length > 0 && /^[a-z]/.test(word)) return `no command ${word}`;
    const flag = /^--[a-z-]+/.exec(word)?.[0];
    const known = [...command.options.flatMap(({ long }) => long ?? []), "--help", "--version"];
    if (flag !== undefined && !known.includes(flag)) return `no flag ${flag}`;
  }
  return undefined;
}

function parseScript({ text }: Snippet): void {
  expect(parseSync("snippet.ts", text).errors.map(({ message }) => message)).toEqual([]);
}

/** `<arn of the channel>` is a placeholder for a word. */
function parseShell(snippet: Snippet): void {
  const input = commandsOf(snippet).replace(/<[a-zA-Z][^<>\n]*>/g, "WORD");
  execFileSync("bash", ["-n"], { input, stdio: ["pipe", "ignore", "pipe"] });
}
