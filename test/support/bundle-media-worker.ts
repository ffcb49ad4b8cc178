import { rm } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");
/** Below node_modules, where the packages are found that it doesn't bring along. */
const DIR = join(ROOT, "node_modules/.cache/media-worker");

/**
 * Makes one file of the media workers' program for all workers of this run: one that compiles its
 * sources takes ten times the processor time to start. Tests find it by the variable
 * `TESTS_MEDIA_WORKER`, in a module that replaces the one that names the sources. Resolves to a
 * function that removes it.
 */
export async function bundleMediaWorker(): Promise<() => Promise<void>> {
  const file = join(DIR, `${process.pid}.mjs`);
  const bundle = await rolldown({
    input: join(ROOT, "packages/media/src/workers/worker-main.ts"),
    platform: "node",
  });
  await bundle.write({ file, format: "esm", sourcemap: "inline" });
  await bundle.close();
  process.env.TESTS_MEDIA_WORKER = file;
  process.env.TESTS_WORKER_PROGRAM = join(import.meta.dirname, "bundled-worker-program.ts");
  return () => rm(file, { force: true });
}
