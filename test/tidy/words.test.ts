import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listModules, root } from "./modules.ts";

/** The rules themselves, and what was written before them. */
const OWN_EXAMPLES = new Set(["CHANGELOG.md", "STYLE.md"]);
/** The first line of a doc comment, alone or below its opening. */
const FIRST_LINE = /^\s*\/\*\*(?:\n\s*\*)? (.*)/gm;
/** A relative clause that stands where a sentence, or the noun that it belongs to, should. */
const RELATIVE_HEADING = /^(?:What|Of|Where|Who|Whom|Whose) [a-z]/;
const COMMENT = /^\s*(?:\/?\*|\/\/).*/gm;
/** STYLE's words: answers show, events are published, logs are logged; an order has an after. */
const AVOIDED = new RegExp(
  [
    /\b(?:tells?|told|telling) of\b/,
    /\btold\b(?!.{0,12} (?:apart|by|from|to|otherwise|unless)\b)/,
    /\b(?:sorts?|sorted|goes on|comes?) behind\b/,
  ]
    .map(({ source }) => source)
    .join("|"),
);

/** Here code reads, holds and waits: a person has no part in it. */
const WITHOUT_PEOPLE = [
  "packages/media/src/{broadcast,codec,container,hls,ingest,recording,runtime,segmenter}/",
  "packages/server/src/kernel/work/",
  "packages/server/src/services/ivs/{recording,rows}/",
  "packages/server/src/services/s3/{blobs,check,checksums}/",
  "packages/server/src/storage/",
].map(
  (pattern) => new RegExp(`^${pattern.replace("{", "(?:").replace("}", ")").replaceAll(",", "|")}`),
);

test("comments on what code alone does speak of no people", () => {
  const modules = listModules().filter(({ path }) =>
    WITHOUT_PEOPLE.some((folder) => folder.test(path)),
  );
  expect(modules.length).toBeGreaterThan(150);
  const people = modules.flatMap(({ path, text }) =>
    [...text.matchAll(COMMENT)]
      .filter(([line]) => /\b(?:nobody|whoever)\b/i.test(line))
      .map(([line]) => `${path}: ${line.trim()}`),
  );
  expect(people).toEqual([]);
});

test("a doc comment begins with its subject, not with a relative clause", () => {
  const firstLines = listModules().flatMap(({ path, text }) =>
    [...text.matchAll(FIRST_LINE)].map(([, line = ""]) => ({ path, line })),
  );
  expect(firstLines.length).toBeGreaterThan(3_000);
  const headings = firstLines.filter(({ line }) => RELATIVE_HEADING.test(line));
  expect(headings.map(({ path, line }) => `${path}: ${line}`)).toEqual([]);
});

test("comments and pages use STYLE's words for answers, events and orders", () => {
  const comments = listModules().flatMap(({ path, text }) =>
    [...text.matchAll(COMMENT)].map(([line]) => ({ path, line })),
  );
  const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "" && !OWN_EXAMPLES.has(path))
    .flatMap((path) =>
      readFileSync(join(root, path), "utf8")
        .split(/\n(?=\n| *[-|] )/)
        .map((part) => ({ path, line: part.replace(/\s+/g, " ") })),
    );
  expect(pages.length).toBeGreaterThan(2_000);
  const wrong = [...comments, ...pages].filter(({ line }) => AVOIDED.test(line));
  expect(wrong.map(({ path, line }) => `${path}: ${line.trim()}`)).toEqual([]);
});
