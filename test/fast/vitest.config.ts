import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "../..");

/** Starts a database, an encoder, a server or a worker. */
const STARTS_PROGRAMS = /postgres-server\.ts|\.ffmpeg\.test|engine-harness\.ts|child_process/;
/** Properties and amounts that take seconds by themselves; `npm test` runs them. */
const LONG = [
  "packages/policy/src/managed-policies.test.ts",
  "packages/wire/src/round-trip.test.ts",
  "packages/server/src/services/cloudtrail/events/event-history.test.ts",
  "packages/server/src/services/cloudtrail/events/keep-by-kind.test.ts",
  "packages/server/src/services/cloudtrail/events/retention.test.ts",
  "packages/server/src/services/iam/catalogue/linked-role-templates.test.ts",
  "packages/server/src/services/iam/service-linked-roles/deletion-race.test.ts",
  "packages/server/src/services/ivs/live/live-streams.test.ts",
  "packages/server/src/services/ivs/nodes/node-takeover.test.ts",
  "packages/server/src/services/ivs/playback/playback-gate.test.ts",
  "packages/server/src/services/s3/blobs/blob-writers.test.ts",
];

const units = readdirSync(join(root, "packages"), { recursive: true, encoding: "utf8" })
  .map((path) => `packages/${path}`)
  .filter((path) => /^packages\/\w+\/src\/.*\.test\.ts$/.test(path));
const programs = units.filter((path) =>
  STARTS_PROGRAMS.test(path + readFileSync(join(root, path), "utf8")),
);

/** `npm run test:fast`: the units that finish within seconds, above all policies and the wire. */
export default defineConfig({
  root,
  test: {
    include: ["packages/*/src/**/*.test.ts"],
    exclude: [...programs, ...LONG],
    setupFiles: "test/support/whole-sizes.ts",
    testTimeout: 30_000,
    // A module is compiled once, and again only when its text has changed.
    isolate: false,
    maxWorkers: 2,
    experimental: { fsModuleCache: true },
  },
});
