import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { NATIVE_MODULES } from "../support/native-modules/native-modules.ts";

const root = join(import.meta.dirname, "../..");

/** Starts an encoder, a worker, a server or a database. */
const STARTS_SOMETHING = new RegExp(
  [
    String.raw`\.ffmpeg\.test|engine-harness\.ts|child_process|createServer\b`,
    String.raw`(?:postgres-server|-store|-world)\.ts`,
  ].join("|"),
);
/** Properties, amounts and waits that take seconds by themselves; `npm test` runs them. */
const LONG = [
  "packages/media/src/ingest/units.test.ts",
  "packages/policy/src/compare/compare.test.ts",
  "packages/policy/src/compare/external-access.test.ts",
  "packages/policy/src/managed-policies.test.ts",
  "packages/server/src/gateway/connection-limits.test.ts",
  "packages/server/src/services/iam/users/password-hash.test.ts",
  "packages/server/src/services/ivs/live/node-admission.test.ts",
  "packages/server/src/services/s3/checksums/digest-threads.test.ts",
  "packages/server/src/services/sts/saml-verifier.test.ts",
  "packages/server/src/storage/store-monitor.test.ts",
  "packages/wire/src/round-trip.test.ts",
];

const units = readdirSync(join(root, "packages"), { recursive: true, encoding: "utf8" })
  .map((path) => `packages/${path}`)
  .filter((path) => /^packages\/\w+\/src\/.*\.test\.ts$/.test(path));
const starting = units.filter((path) =>
  STARTS_SOMETHING.test(path + readFileSync(join(root, path), "utf8")),
);

/** `npm run test:fast`: the units that finish within seconds, above all policies and the wire. */
export default defineConfig({
  root,
  test: {
    ...NATIVE_MODULES,
    include: ["packages/*/src/**/*.test.ts"],
    exclude: [...starting, ...LONG],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    isolate: false,
    watch: false,
    maxWorkers: 2,
  },
});
