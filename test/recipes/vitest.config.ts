import { defineConfig } from "vitest/config";

/** Tests that need packages from npm that the workspace doesn't have; not a part of `npm test`. */
export default defineConfig({
  test: {
    include: ["test/recipes/*.recipe.ts"],
    // They wait for npm, for encoders and for intervals of a minute.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // A second, vitest's own choice, is short for a process that starts on a busy machine.
    expect: { poll: { timeout: 30_000 } },
  },
});
