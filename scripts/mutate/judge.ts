import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { TestMap } from "./test-map.ts";
import type { TestOutcome } from "./test-run.ts";
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
  readonly #unitsOnly: boolean;
  /** Files of tests that have passed: one that fails by itself proves nothing. */
  readonly #passing = new Set<string>();
  readonly #unproven = new Set<string>();

  constructor(copy: WorkspaceCopy, map: TestMap, deadlineMs: number, unitsOnly: boolean) {
    this.#copy = copy;
    this.#map = map;
    this.#deadlineMs = deadlineMs;
    this.#unitsOnly = unitsOnly;
  }

  async judge(mutant: Mutant): Promise<Verdict> {
    const stages = this.#unitsOnly
      ? [{ tests: this.#map.unitsOf(mutant.path), isBuilt: false }]
      : [
          { tests: this.#map.relatedTo(mutant.path), isBuilt: false },
          { tests: this.#map.builtTestsOf(mutant.path), isBuilt: true },
        ];
    let run = 0;
    for (const { tests, isBuilt } of stages) {
      let left = tests;
      while (left.length > 0) {
        const { result, passed, failed } = await this.#test(mutant, left, isBuilt);
        for (const test of passed) this.#passing.add(test);
        run += passed.length;
        if (result === "stopped" || result === "passed") break;
        const suspects = failed === undefined ? left : [failed];
        if (await this.#isKilledBy(mutant, suspects, isBuilt)) {
          const by = failed === undefined ? "outside tests" : `by ${failed}`;
          return { result: result === "hung" ? "killed by time" : "killed", detail: by };
        }
        console.log(`(fails for another reason: ${suspects.join(", ")})`);
        left = left.filter((test) => !suspects.includes(test) && !passed.includes(test));
      }
    }
    const isTyped = await this.#changed(mutant, () => this.#copy.typechecks(mutant.path));
    const all = stages.reduce((sum, { tests }) => sum + tests.length, 0);
    return isTyped
      ? { result: "survived", detail: `${run} of ${all} files of tests` }
      : { result: "killed by types", detail: "" };
  }

  /** The units that killed and fail without a change too: their kills prove nothing. */
  async brokenUnits(): Promise<readonly string[]> {
    const broken: string[] = [];
    let left = [...this.#unproven].filter((test) => !this.#passing.has(test));
    while (left.length > 0) {
      const { passed, failed } = await this.#copy.test(left, 10 * this.#deadlineMs);
      if (failed === undefined) break;
      broken.push(failed);
      left = left.filter((test) => test !== failed && !passed.includes(test));
    }
    return broken;
  }

  /**
   * Tests that wait for programs fail now and then on a busy machine: they have to pass without the
   * change, and to fail a second time. Units are run without one all together, at the end.
   */
  async #isKilledBy(mutant: Mutant, tests: readonly string[], isBuilt: boolean): Promise<boolean> {
    if (!tests.some((test) => WAITS_FOR_PROGRAMS.test(test))) {
      for (const test of tests) this.#unproven.add(test);
      return true;
    }
    const unknown = tests.filter((test) => !this.#passing.has(test));
    if (unknown.length > 0) {
      const { result, passed } = await this.#copy.test(unknown, 4 * this.#deadlineMs);
      for (const test of passed) this.#passing.add(test);
      if (result !== "passed") return false;
    }
    const { result } = await this.#test(mutant, tests, isBuilt);
    return result === "failed" || result === "hung";
  }

  #test(mutant: Mutant, tests: readonly string[], isBuilt: boolean): Promise<TestOutcome> {
    const run = () => this.#copy.test(tests, this.#deadlineMs);
    return this.#changed(mutant, isBuilt ? () => this.#copy.withBuild(run) : run);
  }

  async #changed<T>(mutant: Mutant, run: () => Promise<T>): Promise<T> {
    const file = join(this.#copy.root, mutant.path);
    const text = readFileSync(file, "utf8");
    try {
      writeFileSync(file, changedText(text, mutant));
      return await run();
    } finally {
      writeFileSync(file, text);
    }
  }
}

export function changedText(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
