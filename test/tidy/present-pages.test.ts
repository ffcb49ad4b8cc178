import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./modules.ts";

/*
 * Pages say what is. How it came to be is in the history of the repository and, where a reason is
 * worth keeping, in a decision; figures of one run are in docs/measurements.
 */

/** Pages whose subject is the past. */
const ELSEWHERE = /^docs\/(?:adr|measurements)\/|^STYLE\.md$/;
const MONTHS =
  "January|February|March|April|May|June|July|August|September|October|November|December";

/**
 * Phrases that compare with an earlier state of Rolecast, or belong to one run of it. AWS's own
 * changes have dates ("since April 2023"), and "before", "now" and "yet" are words like others:
 * only phrases are found that have no other sense.
 */
const PASSING = [
  // What it was, and what it is in the place of that.
  /\((?:\w+ )?before[:)]/,
  /\bbeside the build before\b/,
  /\bused to be\b/,
  /\b(?:previously|formerly|nowadays)\b/i,
  /\b(?:it|they|this|that|these|which) (?:is|are) now\b/i,
  /\bas (?:it is|they are) now\b/i,
  /\bnow (?:takes?|has|have|is|are|works?|answers?|refuses?|shows?)\b/,
  /\b(?:Rolecast|The server|The console) (?:no longer|used to)\b/,
  /\b(?:was|were) (?:fixed|repaired|rewritten)\b/,
  // The run that a figure comes from.
  /\bload (?:of )?(?:about )?\d/,
  /\bat load\b/,
  /\b(?:in the evening|at midnight|in the same minute|an hour before)\b/,
  new RegExp(`\\b\\d{1,2} (?:${MONTHS}) 20\\d\\d\\b`),
  /\bon 20\d\d-\d\d-\d\d\b/,
];

/** Sentences of a page without its code, each in one line. */
function sentencesOf(text: string): readonly string[] {
  return text
    .replace(/^ *```[\s\S]*?^ *```/gm, "")
    .replace(/`[^`\n]*`/g, "")
    .split(/\n(?=\n| *[-|] )/)
    .flatMap((part) => part.replace(/\s+/g, " ").split(/(?<=[.!?]) /))
    .map((sentence) => sentence.trim());
}

const isPassing = (sentence: string) => PASSING.some((phrase) => phrase.test(sentence));

test("pages say what is, not what was or when it was tried", () => {
  const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "" && !ELSEWHERE.test(path));
  const sentences = pages.flatMap((path) =>
    sentencesOf(readFileSync(join(root, path), "utf8")).map((sentence) => ({ path, sentence })),
  );
  expect(sentences.length).toBeGreaterThan(3_000);
  const passing = sentences.filter(({ sentence }) => isPassing(sentence));
  expect(passing.map(({ path, sentence }) => `${path}: ${sentence}`)).toEqual([]);
});

test("words that have another sense are taken", () => {
  const taken = [
    "Before you begin, start the server.",
    "Buckets block public access, as on AWS since April 2023.",
    "A viewer who may no longer watch is disconnected.",
    "What is sent before a commit isn't lost.",
    "From now on the key is refused.",
    "The packages aren't on npm yet.",
    "The load balancer asks each node.",
  ];
  expect(taken.filter(isPassing)).toEqual([]);
});

test("phrases of an earlier state and of one run are found", () => {
  const found = [
    "0.130 % of a core each (before: 0.140 %).",
    "The same in the evening, on the disk.",
    "The median of seven turns, load 25.",
    "The console now has a page for it.",
    "It is now 20 ms.",
    "Tested on 29 November 2026 on one machine.",
    "Previously each file was gathered first.",
  ];
  expect(found.filter((sentence) => !isPassing(sentence))).toEqual([]);
});
