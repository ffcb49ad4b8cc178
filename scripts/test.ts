import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isBuilt } from "./built-from.ts";

/*
 * The tests of each part, after a build unless nothing that it is made of has changed. Encoders,
 * and scenarios of many parts that wait for them, for kills and for nodes
 * (`npm run test:scenarios`), and walks through the console and the docs in a browser
 * (`npm run test:console`) are CI's, as are the rules of the code itself (`npm run check`); the
 * main job alone is done here with real encoders. What is given is passed on to vitest. Ends with 1
 * if tests failed, since those may be tried again; with 2 if the build did.
 */
const VITEST = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
/** All of these take longer than all other tests. */
const FOR_CI = [
  "test/e2e/!(mission).test.ts",
  "test/scenarios/**",
  "**/*.ffmpeg.test.ts",
  "test/tidy/**",
  "test/tidy.test.ts",
];

async function run(command: string, args: readonly string[]): Promise<number | null> {
  const shell = process.platform === "win32";
  const child = spawn(command, args, { stdio: "inherit", shell });
  const [code] = await once(child, "close");
  return code;
}

async function buildAndTest(): Promise<number> {
  if (!isBuilt() && (await run("npm", ["run", "--silent", "build"])) !== 0) return 2;
  const excluded = FOR_CI.flatMap((files) => ["--exclude", files]);
  const words = [VITEST, "run", ...excluded, ...process.argv.slice(2)];
  return (await run(process.execPath, words)) === 0 ? 0 : 1;
}

process.exitCode = await buildAndTest();
