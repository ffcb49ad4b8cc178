import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { listReleases } from "../scenarios/releases/release.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUILT = join(ROOT, ".cache/earlier-builds");

/** Nodes of every commit since this file was added may serve beside those of later ones. */
const PROMISE = "test/tidy/expanding-migrations.test.ts";

/**
 * The commit beside whose nodes this build must serve: that of the newest release, or where none
 * is so new, the first one for which it was promised. Undefined where the history isn't there, as
 * in a shallow clone.
 */
export function earlierCommit(): string | undefined {
  const newest = listReleases().at(-1) ?? "";
  try {
    const [promise, release] = [PROMISE, `test/fixtures/releases/${newest}`].map(commitThatAdded);
    if (promise === undefined || release === undefined) return undefined;
    return git("merge-base", promise, release) === promise ? release : promise;
  } catch {
    return undefined;
  }
}

/** The oldest commit of a shallow clone adds every file: it has no parent, and is none. */
function commitThatAdded(path: string): string | undefined {
  const commit = git("log", "--diff-filter=A", "--format=%H", "--", path).split("\n").at(-1);
  return git("rev-list", "--parents", "--max-count=1", `${commit}`).includes(" ")
    ? commit
    : undefined;
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" }).trim();
}

/** The command of a commit, built from its commit with the packages of its lock file. */
export function buildCommit(commit: string): string {
  const folder = join(BUILT, commit);
  const command = join(folder, "packages/cli/bin/rolecast.js");
  const isBuilt = join(folder, "packages/cli/dist/THIRD-PARTY-NOTICES.txt");
  if (existsSync(isBuilt)) return command;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync("git", ["archive", commit], { cwd: ROOT, maxBuffer: 2 ** 28 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  for (const args of [
    ["ci", "--no-audit", "--no-fund", "--ignore-scripts"],
    ["run", "build"],
  ])
    execFileSync("npm", args, { cwd: folder, stdio: "pipe" });
  return command;
}
