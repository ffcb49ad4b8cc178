import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Judge } from "../scripts/mutate/judge.ts";
import { ProgramGroup } from "../scripts/mutate/program-group.ts";
import { runTests, type TestOutcome } from "../scripts/mutate/test-run.ts";
import mutants from "../scripts/mutate/vitest.config.ts";
import shared from "../vitest.config.ts";

const MUTANT = {
  ...{ path: "a.ts", start: 0, end: 1, replacement: "2" },
  ...{ operator: "constant + 1", line: 1 },
};

/** Whether a file of tests passes in its first, second … run, each with or without the change. */
type Passes = (isChanged: boolean, run: number) => boolean;

const NOTICES: Passes = (isChanged) => !isChanged;

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rolecast-judge-"));
  writeFileSync(join(root, MUTANT.path), "1");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Outcomes {
  readonly failure?: "failed" | "hung";
  readonly isTyped?: (isChanged: boolean) => boolean;
}

const isChangedNow = () => readFileSync(join(root, MUTANT.path), "utf8") !== "1";

function judgeWith(
  files: Readonly<Record<string, Passes>>,
  { failure = "failed", isTyped = () => true }: Outcomes = {},
) {
  const runs = new Map<string, number>();
  const runTests = async (paths: readonly string[]): Promise<TestOutcome> => {
    const passed: string[] = [];
    for (const path of paths) {
      const run = (runs.get(path) ?? 0) + 1;
      runs.set(path, run);
      if (!files[path]?.(isChangedNow(), run)) return { result: failure, passed, failed: path };
      passed.push(path);
    }
    return { result: "passed", passed, failed: undefined };
  };
  const copy = { root, test: runTests, withBuild: <T>(run: () => Promise<T>) => run() };
  const tests = {
    unitsOf: () => Object.keys(files),
    slowTestsOf: () => [],
    builtTestsOf: () => [],
  };
  const typechecks = async () => isTyped(isChangedNow());
  return new Judge({ ...copy, typechecks }, tests, 1_000, false);
}

test.each<[string, Passes]>([
  ["always fails", () => false],
  ["fails once", (_, run) => run !== 1],
  ["fails, passes without the change, and passes with it", (_, run) => run === 2 || run === 3],
  ["fails from its second run on", (_, run) => run === 1],
])("a test that %s kills nothing", async (_, passes) => {
  for (const name of ["packages/a/src/a.test.ts", "test/contract/a.test.ts"]) {
    const judge = judgeWith({ [name]: passes });
    const [first, second] = [await judge.judge(MUTANT), await judge.judge(MUTANT)];
    expect([first.result, second.result]).toEqual(["survived", "survived"]);
    expect(first.detail + second.detail).toContain(`not steady: ${name}`);
  }
});

test("a test that passes without the change kills it, behind one that never passes", async () => {
  const judge = judgeWith({ "broken.test.ts": () => false, "good.test.ts": NOTICES });
  expect(await judge.judge(MUTANT)).toEqual({ result: "killed", detail: "by good.test.ts" });
  expect(readFileSync(join(root, MUTANT.path), "utf8")).toBe("1");
});

test("a test that never ends with the change kills it by time", async () => {
  const judge = judgeWith({ "loop.test.ts": NOTICES }, { failure: "hung" });
  expect(await judge.judge(MUTANT)).toMatchObject({ result: "killed by time" });
});

test("types that are wrong without the change, too, kill nothing", async () => {
  const judge = judgeWith({}, { isTyped: (isChanged) => !isChanged });
  expect(await judge.judge(MUTANT)).toMatchObject({ result: "killed by types" });
  const broken = judgeWith({}, { isTyped: () => false });
  expect(await broken.judge(MUTANT)).toMatchObject({ result: "survived" });
});

test("tests run as they usually do, but in order and up to the first that fails", () => {
  const { include: _, maxWorkers: _all, sequence: _spread, ...usual } = shared.test ?? {};
  expect(mutants.test).toMatchObject({ ...usual, maxWorkers: 1, bail: 1 });
});

test.each<[string, string, Partial<TestOutcome>]>([
  ["passes", "passed", { result: "passed", passed: ["a.test.ts"] }],
  ["fails", "failed", { result: "failed", failed: "a.test.ts" }],
])("a file that %s is told of", async (_, state, outcome) => {
  expect(await runWith([{ file: "a.test.ts", state }], state === "failed" ? 1 : 0)).toMatchObject(
    outcome,
  );
});

test("the file that takes its process along is the one that failed", async () => {
  expect(await runWith([], 1)).toEqual({ result: "failed", passed: [], failed: "a.test.ts" });
  const first = { file: "a.test.ts", state: "passed" };
  const { passed, failed } = await runWith([first], 1);
  expect([passed, failed]).toEqual([["a.test.ts"], "b.test.ts"]);
  const all = [first, { file: "b.test.ts", state: "passed" }];
  expect(await runWith(all, 1)).toMatchObject({ result: "failed", failed: undefined });
});

/** Runs two files of tests by a program in vitest's place that tells this and ends so. */
function runWith(told: readonly object[], code: number): Promise<TestOutcome> {
  const program = join(root, "node_modules/vitest/vitest.mjs");
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(
    program,
    `for (const one of ${JSON.stringify(told)}) process.send(one); process.exitCode = ${code};` +
      "process.disconnect();",
  );
  const programs = new ProgramGroup(() => undefined);
  return runTests(programs, root, ["a.test.ts", "b.test.ts"], 60_000);
}
