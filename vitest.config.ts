import { defineConfig } from "vitest/config";
import { ProgramsFirst } from "./test/support/programs-first.ts";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: "test/support/global-postgres.ts",
    // They end what hangs: what a test waits for may take its time on a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // Tests wait for encoders and intervals a third of their time: more than CI's processors.
    maxWorkers: 6,
    sequence: { sequencer: ProgramsFirst },
    // The SDKs' modules take longer to load than most files take to run: a worker loads them once.
    isolate: false,
    // Nor are they compiled again by the next run, where their text is the same.
    experimental: { fsModuleCache: true },
  },
});
