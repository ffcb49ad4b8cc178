import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** The file that the build writes last. */
const LAST_WRITTEN = join(ROOT, "packages/cli/dist/THIRD-PARTY-NOTICES.txt");
/** Goes when node_modules is installed anew, of which the build is made too. */
const STAMP = join(ROOT, "node_modules/.cache/built-from");
/** No build contains these. */
const NOT_BUILT = /^(?:test|bench)\/|\.test\.ts$/;

/**
 * Hash of all that a build is made of; undefined outside of a git checkout, where it can't be
 * known.
 */
export function sourcesHash(): string | undefined {
  let listed: string;
  try {
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    listed = execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
  } catch {
    return undefined;
  }
  const hash = createHash("sha256").update(process.version);
  for (const path of new Set(listed.split("\0"))) {
    const file = join(ROOT, path);
    if (path === "" || NOT_BUILT.test(path) || !existsSync(file)) continue;
    hash.update(`\0${path}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/**
 * After a build of sources that had this hash before it began. The stamp is made anew: worktrees
 * whose node_modules are hard links would share one that is written over.
 */
export function rememberBuild(hash: string | undefined): void {
  rmSync(STAMP, { force: true });
  if (hash === undefined) return;
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, hash);
}

/** Whether a build would make the same as the last one. */
export function isBuilt(): boolean {
  if (!existsSync(LAST_WRITTEN) || !existsSync(STAMP)) return false;
  return readFileSync(STAMP, "utf8") === sourcesHash();
}
