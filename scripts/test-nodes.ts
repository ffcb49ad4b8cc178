import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { NODE_VERSIONS, nodeFolder } from "./node-versions.ts";

/*
 * `npm run test:nodes`: the fast tests, the contract tests of IAM and S3, and the demo under each
 * version of Node that is maintained. Versions that are given (`-- 26`) are the only ones.
 */
const ROOT = join(import.meta.dirname, "..");
const VITEST = "node_modules/vitest/vitest.mjs";
const RUNS: readonly (readonly string[])[] = [
  [VITEST, "run", "--config", "test/fast/vitest.config.ts"],
  [VITEST, "run", "test/contract/iam", "test/contract/s3"],
  ["packages/cli/bin/rolecast.js", "demo"],
];

/** Resolves to whether it succeeded. Programs that it starts as `node` are the same version. */
async function succeeds(bin: string, args: readonly string[]): Promise<boolean> {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const child = spawn(join(bin, "node"), args, { cwd: ROOT, env, stdio: "inherit" });
  const [code] = await once(child, "close");
  return code === 0;
}

if (process.platform !== "linux" || process.arch !== "x64") {
  throw new Error("The binaries are those for Linux on x64.");
}
const failed: string[] = [];
const asked = process.argv.slice(2);
for (const line of asked.length > 0 ? asked : Object.keys(NODE_VERSIONS)) {
  const bin = nodeFolder(line);
  for (const args of RUNS) {
    console.log(`\nNode ${NODE_VERSIONS[line]}: ${args.join(" ")}`);
    if (!(await succeeds(bin, args))) failed.push(`Node ${line}: ${args.join(" ")}`);
  }
}
for (const run of failed) console.error(`Failed: ${run}`);
process.exitCode = failed.length === 0 ? 0 : 1;
