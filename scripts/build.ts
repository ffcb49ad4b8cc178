import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { buildManagedPolicies } from "./build-managed-policies.ts";

const root = join(import.meta.dirname, "..");
const distDir = join(root, "packages/cli/dist");

/**
 * One file holds the command with all that it runs, without what it doesn't: that is what makes
 * the start fast. libsql stays outside, it brings a native library.
 */
async function bundleCommand(): Promise<void> {
  await rm(distDir, { recursive: true, force: true });
  const bundle = await rolldown({
    input: { rolecast: join(root, "packages/cli/src/main.ts") },
    platform: "node",
    external: ["libsql"],
    treeshake: { moduleSideEffects: false },
    onLog(level, log, handler) {
      if (level === "warn") throw new Error(`${log.code}: ${log.message}`);
      handler(level, log);
    },
  });
  await bundle.write({
    dir: distDir,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    minify: false,
  });
  await bundle.close();
  await chmod(join(root, "packages/cli/bin/rolecast.js"), 0o755);
}

await buildManagedPolicies(join(root, "packages/server/generated/aws-managed-policies.bin"));
await bundleCommand();
