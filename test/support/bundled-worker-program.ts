import { strict as assert } from "node:assert";

const file = process.env.TESTS_MEDIA_WORKER;
assert(file !== undefined, "vitest.config.ts's globalSetup makes it");

/** In place of `worker-program.ts`: the program as the run has compiled it once. */
export const WORKER_PROGRAM = { file, execArgv: ["--enable-source-maps"] };
