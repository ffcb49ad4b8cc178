import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { TestMap } from "./test-map.ts";
import type { TestOutcome } from "./test-run.ts";
import type { WorkspaceCopy } from "./workspace-copy.ts";

type Copy = Pick<WorkspaceCopy, "root" | "test" | "withBuild" | "typechecks">;
type Tests = Pick<TestMap, "unitsOf" | "slowTestsOf" | "builtTestsOf">;

export interface Verdict {
  readonly result: "killed" | "killed by time" | "killed by types" | "survived";
  /** "by packages/wire/src/xml/parse-xml.test.ts", "3 of 20 files of tests, not steady: …". */
  readonly detail: string;
}

/** The tests that one mutant was given to. */
interface Seen {
  run: number;
  readonly unsteady: string[];
}

/** Makes each change in a copy of the workspace and runs the tests that should notice. */
export class Judge {
  readonly #copy: Copy;
  readonly #tests: Tests;
  readonly #deadlineMs: number;
  readonly #unitsOnly: boolean;

  constructor(copy: Copy, tests: Tests, deadlineMs: number, unitsOnly: boolean) {
    this.#copy = copy;
    this.#tests = tests;
    this.#deadlineMs = deadlineMs;
    this.#unitsOnly = unitsOnly;
  }

  async judge(mutant: Mutant): Promise<Verdict> {
    const { path } = mutant;
    const units = this.#tests.unitsOf(path);
    const slow = this.#unitsOnly ? [] : this.#tests.slowTestsOf(path);
    const built = this.#unitsOnly ? [] : this.#tests.builtTestsOf(path);
    const seen: Seen = { run: 0, unsteady: [] };
    const killed =
      (await this.#judgeByTests(mutant, units, false, seen)) ??
      (await this.#judgeByTypes(mutant)) ??
      (await this.#judgeByTests(mutant, slow, false, seen)) ??
      (await this.#judgeByTests(mutant, built, true, seen));
    if (killed) return killed;
    const { run, unsteady } = seen;
    const others = unsteady.length === 0 ? "" : `, not steady: ${unsteady.join(", ")}`;
    const all = units.length + slow.length + built.length;
    return { result: "survived", detail: `${run} of ${all} files of tests${others}` };
  }

  async #judgeByTests(
    mutant: Mutant,
    tests: readonly string[],
    isBuilt: boolean,
    seen: Seen,
  ): Promise<Verdict | undefined> {
    let left = tests;
    while (left.length > 0) {
      const { result, passed, failed } = await this.#test(mutant, left, isBuilt);
      seen.run += passed.length;
      if (result === "stopped" || result === "passed") break;
      const suspects = failed === undefined ? left : [failed];
      if (await this.#isKilledBy(mutant, suspects, isBuilt)) {
        const by = failed === undefined ? "outside tests" : `by ${failed}`;
        return { result: result === "hung" ? "killed by time" : "killed", detail: by };
      }
      seen.unsteady.push(...suspects);
      left = left.filter((test) => !suspects.includes(test) && !passed.includes(test));
    }
    return undefined;
  }

  async #judgeByTypes(mutant: Mutant): Promise<Verdict | undefined> {
    const { path } = mutant;
    if (await this.#changed(mutant, () => this.#copy.typechecks(path))) return undefined;
    if (!(await this.#copy.typechecks(path))) return undefined;
    return { result: "killed by types", detail: "" };
  }

  /**
   * A test that always fails, or now and then, proves nothing: it has to pass without the change,
   * and to fail with it a second time.
   */
  async #isKilledBy(mutant: Mutant, tests: readonly string[], isBuilt: boolean): Promise<boolean> {
    const without = await this.#copy.test(tests, 4 * this.#deadlineMs);
    if (without.result !== "passed") return false;
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
