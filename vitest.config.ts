import { defineConfig } from "vitest/config";
import { ProgramsFirst } from "./test/support/programs-first.ts";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: "test/support/global-postgres.ts",
    // A database in another process takes longer than one in ours.
    testTimeout: process.env.ROLECAST_TEST_DATABASE === undefined ? 30_000 : 90_000,
    hookTimeout: 30_000,
    // Tests wait for encoders and intervals a third of their time: more than CI's processors.
    maxWorkers: 4,
    sequence: { sequencer: ProgramsFirst },
    // The SDKs' modules take longer to load than most files take to run: a worker loads them once.
    isolate: false,
    // Nor are they compiled again by the next run, where their text is the same.
    experimental: { fsModuleCache: true },
  },
});
