import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProgramGroup } from "./program-group.ts";
import { runTests, type TestOutcome } from "./test-run.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Built files that tests need, and the types as they were last checked; git ignores them. */
const BUILT = ["packages/server/generated", "packages/cli/dist", "node_modules/.cache"];
const TSX = "node_modules/tsx/dist/cli.mjs";
const TSC = "node_modules/typescript/bin/tsc";

/** A copy of the workspace in which files may be changed while somebody works in the original. */
export class WorkspaceCopy {
  /** A short name: tests put sockets below it, whose paths are limited. */
  readonly root = mkdtempSync(join(tmpdir(), "mutants-"));
  /** Every file that git knows, with the original's current text. */
  readonly files: readonly string[];
  readonly #programs = new ProgramGroup(() => this.remove());

  constructor() {
    const listed = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" });
    this.files = listed.split("\n").filter((path) => path !== "" && existsSync(join(ROOT, path)));
    for (const path of [...this.files, ...BUILT])
      if (existsSync(join(ROOT, path)))
        cpSync(join(ROOT, path), join(this.root, path), { recursive: true });
    mkdirSync(join(this.root, "tmp"));
    // PostgreSQL refuses to run as root: the tests' own runs as a user who has to get in here.
    chmodSync(this.root, 0o755);
    this.#linkModules();
  }

  /** The original's modules, but for the workspace's own packages, which are the copy's. */
  #linkModules(): void {
    const from = join(ROOT, "node_modules");
    const to = join(this.root, "node_modules");
    mkdirSync(join(to, "@rolecast"), { recursive: true });
    for (const name of readdirSync(from))
      if (!/^(?:@rolecast|rolecast|\.cache|\.experimental-vitest-cache)$/.test(name))
        symlinkSync(join(from, name), join(to, name));
    for (const name of readdirSync(join(this.root, "packages"))) {
      const link = name === "cli" ? "rolecast" : `@rolecast/${name}`;
      symlinkSync(join(this.root, "packages", name), join(to, link));
    }
  }

  /** Runs these tests in this order, until one fails or the deadline comes. */
  test(paths: readonly string[], deadlineMs: number): Promise<TestOutcome> {
    return runTests(this.#programs, this.root, paths, deadlineMs);
  }

  /** Runs something with the command built from the current text, then puts the built one back. */
  async withBuild<T>(run: () => Promise<T>): Promise<T> {
    const dist = join(this.root, "packages/cli/dist");
    const kept = join(this.root, "tmp/dist");
    renameSync(dist, kept);
    try {
      const { exited } = this.#programs.start(join(this.root, TSX), ["scripts/build.ts"], {
        cwd: this.root,
      });
      // If it can't be built, the tests fail.
      await exited;
      return await run();
    } finally {
      rmSync(dist, { recursive: true, force: true });
      renameSync(kept, dist);
    }
  }

  /** Whether the types of what belongs to this file are still right. */
  async typechecks(path: string): Promise<boolean> {
    const project = path.startsWith("packages/console/") ? "packages/console" : ".";
    const args = ["-b", "--noEmit", project];
    const { exited } = this.#programs.start(join(this.root, TSC), args, { cwd: this.root });
    return (await exited) === 0;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
