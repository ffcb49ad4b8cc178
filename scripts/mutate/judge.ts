import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { TestMap } from "./test-map.ts";
import type { WorkspaceCopy } from "./workspace-copy.ts";

const WAITS_FOR_PROGRAMS = /^test\/|\.ffmpeg\.test\.ts$/;

export interface Verdict {
  readonly result: "killed" | "killed by time" | "killed by types" | "survived";
  /** "by packages/wire/src/xml/parse-xml.test.ts", "3 of 20 files of tests". */
  readonly detail: string;
}

/** Makes each change in a copy of the workspace and runs the tests that should notice. */
export class Judge {
  readonly #copy: WorkspaceCopy;
  readonly #map: TestMap;
  readonly #deadlineMs: number;
  /** Files of tests that have passed: one that fails by itself proves nothing. */
  readonly #passing = new Set<string>();

  constructor(copy: WorkspaceCopy, map: TestMap, deadlineMs: number) {
    this.#copy = copy;
    this.#map = map;
    this.#deadlineMs = deadlineMs;
  }

  async judge(mutant: Mutant): Promise<Verdict> {
    const file = join(this.#copy.root, mutant.path);
    const text = readFileSync(file, "utf8");
    const related = this.#map.relatedTo(mutant.path);
    let tests = related;
    try {
      while (tests.length > 0) {
        writeFileSync(file, changedText(text, mutant));
        const { result, passed, failed } = await this.#copy.test(tests, this.#deadlineMs);
        for (const test of passed) this.#passing.add(test);
        writeFileSync(file, text);
        if (result === "stopped" || result === "passed") {
          tests = tests.slice(passed.length);
          break;
        }
        const suspects = failed === undefined ? tests : [failed];
        if ((await this.#passes(suspects)) && (await this.#failsAgain(mutant, text, suspects))) {
          const by = failed === undefined ? "outside tests" : `by ${failed}`;
          return { result: result === "hung" ? "killed by time" : "killed", detail: by };
        }
        console.log(`(fails for another reason: ${suspects.join(", ")})`);
        tests = tests.filter((test) => !suspects.includes(test) && !passed.includes(test));
      }
      writeFileSync(file, changedText(text, mutant));
      if (!(await this.#copy.typechecks(mutant.path)))
        return { result: "killed by types", detail: "" };
      const run = related.length - tests.length;
      return { result: "survived", detail: `${run} of ${related.length} files of tests` };
    } finally {
      writeFileSync(file, text);
    }
  }

  async #passes(tests: readonly string[]): Promise<boolean> {
    const unknown = tests.filter((test) => !this.#passing.has(test));
    if (unknown.length === 0) return true;
    const { result, passed } = await this.#copy.test(unknown, 4 * this.#deadlineMs);
    for (const test of passed) this.#passing.add(test);
    return result === "passed";
  }

  /** Tests that wait for programs fail now and then on a busy machine: two failures count. */
  async #failsAgain(mutant: Mutant, text: string, tests: readonly string[]): Promise<boolean> {
    if (!tests.some((test) => WAITS_FOR_PROGRAMS.test(test))) return true;
    const file = join(this.#copy.root, mutant.path);
    try {
      writeFileSync(file, changedText(text, mutant));
      const { result } = await this.#copy.test(tests, this.#deadlineMs);
      return result === "failed" || result === "hung";
    } finally {
      writeFileSync(file, text);
    }
  }
}

export function changedText(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
