import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import shared from "../../vitest.config.ts";
import { TESTS_VARIABLE } from "./progress.ts";
import { ProgressReporter } from "./progress-reporter.ts";

const root = join(import.meta.dirname, "../..");
const tests = JSON.parse(process.env[TESTS_VARIABLE] ?? "[]") as readonly string[];

/** Runs the files in the order in which they were named: the nearest to the change first. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests.findIndex((test) => join(root, test) === moduleId);
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

/** One mutant's tests, in one process and until the first failure. */
export default mergeConfig(
  { test: { ...shared.test, include: [] } },
  defineConfig({
    root,
    test: {
      include: [...tests],
      bail: 1,
      maxWorkers: 1,
      reporters: [new ProgressReporter()],
      sequence: { sequencer: InOrder },
    },
  }),
);
