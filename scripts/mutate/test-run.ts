import { join } from "node:path";
import type { ProgramGroup } from "./program-group.ts";
import { type Progress, TESTS_VARIABLE } from "./progress.ts";

const VITEST = "node_modules/vitest/vitest.mjs";
const CONFIG = "scripts/mutate/vitest.config.ts";
/** Above the longest that a test may take by itself, a minute: longer silence is a loop. */
const SILENCE_MAX_MS = 75_000;
const LOOK_EVERY_MS = 1_000;

export interface TestOutcome {
  /** "stopped": the deadline came first. "hung": a test never ended. */
  readonly result: "passed" | "failed" | "stopped" | "hung";
  readonly passed: readonly string[];
  /** The file that failed or hung; undefined if the run failed once all had passed. */
  readonly failed: string | undefined;
}

/** Runs files of tests of the workspace in this order, until one fails or the deadline comes. */
export async function runTests(
  programs: ProgramGroup,
  root: string,
  tests: readonly string[],
  deadlineMs: number,
): Promise<TestOutcome> {
  const { ROLECAST_TEST_DATABASE: _, ...env } = process.env;
  const { child, exited } = programs.start(join(root, VITEST), ["run", `--config=${CONFIG}`], {
    cwd: root,
    env: {
      ...env,
      [TESTS_VARIABLE]: JSON.stringify(tests),
      // Both are in the copy, which is removed with all that killed tests leave.
      TMPDIR: join(root, "tmp"),
      NODE_COMPILE_CACHE: join(root, "node_modules/.compile-cache"),
    },
  });
  const passed: string[] = [];
  let failed: string | undefined;
  let stopped: "stopped" | "hung" | undefined;
  const startedMs = performance.now();
  let heardMs = startedMs;
  const stop = (why: "stopped" | "hung") => {
    stopped ??= why;
    programs.end(child);
  };
  child.on("message", ({ file, state }: Progress) => {
    heardMs = performance.now();
    if (state === "passed") passed.push(file);
    if (state === "failed") failed ??= file;
    // A failed test's file ends soon, by itself.
    if (failed === undefined && heardMs - startedMs > deadlineMs) stop("stopped");
  });
  const watch = setInterval(() => {
    if (performance.now() - heardMs > SILENCE_MAX_MS) stop("hung");
  }, LOOK_EVERY_MS);
  const code = await exited;
  clearInterval(watch);
  if (failed !== undefined) return { result: "failed", passed, failed };
  if (code === 0) return { result: "passed", passed, failed };
  // They run one after the other: it is the first that reported no end.
  failed = tests.find((test) => !passed.includes(test));
  return { result: stopped ?? "failed", passed, failed };
}
