import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { ProgramsSpread } from "./test/support/programs-spread.ts";

export default defineConfig({
  resolve: {
    alias: {
      // A worker process that compiles its sources takes ten times the processor time to start.
      "./worker-program.ts": join(import.meta.dirname, "test/support/bundled-worker-program.ts"),
    },
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: "test/support/global-setup.ts",
    setupFiles: [
      "test/support/end-started.ts",
      "test/support/whole-sizes.ts",
      "test/support/nested-transactions.ts",
      "test/support/seldom-optimized.ts",
    ],
    // These end what hangs. A test that needs longer than a minute says why, beside its own limit.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Below that, so that a poll says what it last saw.
    expect: { poll: { timeout: 30_000 } },
    // Tests wait for encoders and intervals: more than CI's processors. Each worker warms up by
    // itself, which takes several seconds of processor time.
    maxWorkers: 4,
    // Servers and clients share a process: so many bytes of short-lived objects are its usual.
    execArgv: ["--max-semi-space-size=64"],
    sequence: { sequencer: ProgramsSpread },
    // The SDKs' modules take longer to load than most files take to run: a worker loads them once.
    isolate: false,
    // Nor are they compiled again by the next run, where their text is the same.
    experimental: { fsModuleCache: true },
  },
});
