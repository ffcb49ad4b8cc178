import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
/** Built files that tests need; git ignores them. */
const BUILT = ["packages/server/generated", "packages/cli/dist"];
const VITEST = "node_modules/vitest/vitest.mjs";

/** A copy of the workspace in which files may be changed while somebody works in the original. */
export class WorkspaceCopy {
  readonly root = mkdtempSync(join(tmpdir(), "rolecast-mutants-"));
  /** Every file that git knows, with the original's current text. */
  readonly files: readonly string[];

  constructor() {
    const listed = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" });
    this.files = listed.split("\n").filter((path) => path !== "");
    for (const path of [...this.files, ...BUILT])
      cpSync(join(ROOT, path), join(this.root, path), { recursive: true });
    this.#linkModules();
  }

  /** The original's modules, but for the workspace's own packages, which are the copy's. */
  #linkModules(): void {
    const from = join(ROOT, "node_modules");
    const to = join(this.root, "node_modules");
    mkdirSync(join(to, "@rolecast"), { recursive: true });
    for (const name of readdirSync(from))
      if (name !== "@rolecast" && name !== ".cache" && name !== "rolecast")
        symlinkSync(join(from, name), join(to, name));
    for (const name of readdirSync(join(this.root, "packages"))) {
      const link = name === "cli" ? "rolecast" : `@rolecast/${name}`;
      symlinkSync(join(this.root, "packages", name), join(to, link));
    }
  }

  /** Runs these tests until one fails. "timeout": they took longer than they may. */
  async test(paths: readonly string[], deadlineMs: number): Promise<TestOutcome> {
    const report = join(this.root, "results.json");
    const reporter = ["--reporter=json", `--outputFile.json=${report}`];
    const args = [VITEST, "run", "--bail=1", "--maxWorkers=2", ...reporter, ...paths];
    const child = spawn(process.execPath, args, {
      cwd: this.root,
      // A group of its own: the programs that tests start end with it.
      detached: true,
      stdio: "ignore",
    });
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, deadlineMs);
    const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
    clearTimeout(deadline);
    if (code !== 0) endGroup(child.pid);
    if (isLate) return { result: "timeout", failed: [] };
    return code === 0
      ? { result: "passed", failed: [] }
      : { result: "failed", failed: failedFiles(report) };
  }

  /** Whether the types are still right. */
  typechecks(): boolean {
    const tsc = ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "."];
    try {
      execFileSync(process.execPath, tsc, { cwd: this.root, stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export interface TestOutcome {
  readonly result: "passed" | "failed" | "timeout";
  /** The files of tests that failed, absolute. */
  readonly failed: readonly string[];
}

function failedFiles(report: string): readonly string[] {
  try {
    const text = execFileSync("cat", [report], { encoding: "utf8", maxBuffer: 2 ** 28 });
    const { testResults } = JSON.parse(text) as {
      testResults: { name: string; status: string }[];
    };
    return testResults.filter(({ status }) => status === "failed").map(({ name }) => name);
  } catch {
    // It ended before it wrote one.
    return [];
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
