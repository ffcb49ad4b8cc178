import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import whole from "../../vitest.config.ts";

/** About files of the data folder. */
const FOLDERS = ["damaged-files", "memory", "reset-in-flight"];

process.env.TESTS_OBJECTS = "start";

/** `npm run test:ceph`: objects' bytes in Ceph, which the whole run shares; needs a build. */
export default mergeConfig(
  { ...whole, test: { ...whole.test, include: [] } },
  defineConfig({
    root: join(import.meta.dirname, "../.."),
    test: {
      // Ceph starts in 15 seconds, and in more beside other tests. Its daemons want the same
      // processors: each request takes several times as long as with files.
      hookTimeout: 180_000,
      testTimeout: 180_000,
      maxWorkers: 2,
      include: [
        "test/ceph/*.ceph.ts",
        "test/contract/s3/**/*.test.ts",
        "test/scenarios/s3/durability.test.ts",
        "test/scenarios/ivs/live-stream.test.ts",
        "test/scenarios/ivs/killed-recording.test.ts",
      ],
      exclude: FOLDERS.map((name) => `test/contract/s3/${name}.test.ts`),
    },
  }),
);
