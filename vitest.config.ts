import { defineConfig } from "vitest/config";
import { NATIVE_MODULES } from "./test/support/native-modules/native-modules.ts";
import { ProgramsSpread } from "./test/support/programs-spread.ts";

export default defineConfig({
  test: {
    ...NATIVE_MODULES,
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: "test/support/global-setup.ts",
    setupFiles: ["test/support/end-started.ts", "test/support/statements-sent.ts"],
    // These end what hangs. A test that needs longer than a minute says why, beside its own limit.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Below that, so that a poll says what it last saw.
    expect: { poll: { timeout: 30_000 } },
    // Tests wait for encoders and intervals: more than CI's processors, of which three workers
    // left a fifth idle. Each one warms up by itself: several seconds of processor time.
    maxWorkers: 4,
    // Servers and clients share a process: so many bytes of short-lived objects are its usual.
    execArgv: [...NATIVE_MODULES.execArgv, "--max-semi-space-size=64"],
    sequence: { sequencer: ProgramsSpread },
    // The SDKs' modules take longer to load than most files take to run: a worker loads them once.
    isolate: false,
    // Node keeps the modules that it has loaded: another run is another process.
    watch: false,
  },
});
