import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isBuilt } from "./built-from.ts";

/*
 * The checks of a change: build, types, lint, and the tests of each part. Scenarios of many parts
 * that wait for encoders, kills and nodes (`npm run test:scenarios`) and walks through the console
 * and the docs in a browser (`npm run test:console`) are CI's; the main job alone is done here.
 * Types and lint are checked while the tests run, which wait for encoders and intervals; the tests
 * need only the build, which is left alone where nothing that it is made of has changed. What is
 * given is passed on to vitest. Ends with 1 if tests failed and all else passed, since those may be
 * tried again; else with 2.
 */
const VITEST = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
/** Both take as long as half of all other tests. */
const FOR_CI = ["test/e2e/!(mission).test.ts", "test/scenarios/**"];

/** Prints what a script says when it ends; resolves to its name if it fails. */
async function failureOf(script: string): Promise<readonly string[]> {
  const child = spawn("npm", ["run", "--silent", script], {
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const [code] = await once(child, "close");
  process.stdout.write(Buffer.concat(said));
  if (code === 0) return [];
  console.error(`npm run ${script} failed.`);
  return [script];
}

/** Resolves to what failed. */
async function buildAndTest(): Promise<readonly string[]> {
  const unbuilt = isBuilt() ? [] : await failureOf("build");
  if (unbuilt.length > 0) return unbuilt;
  const excluded = FOR_CI.flatMap((files) => ["--exclude", files]);
  const words = [VITEST, "run", ...excluded, ...process.argv.slice(2)];
  const tests = spawn(process.execPath, words, { stdio: "inherit" });
  const [code] = await once(tests, "close");
  return code === 0 ? [] : ["tests"];
}

const checks = [buildAndTest(), failureOf("typecheck"), failureOf("lint")];
const failed = (await Promise.all(checks)).flat();
// A check may have failed long before the last test passed.
if (failed.length > 0) console.error(`Failed: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : failed.every((name) => name === "tests") ? 1 : 2;
