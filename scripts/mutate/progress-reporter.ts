import { relative } from "node:path";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";
import type { Progress } from "./progress.ts";

/** Reports a run's progress to the process that started it, and ends with that process. */
export class ProgressReporter implements Reporter {
  #root = "";

  onInit({ config }: Vitest): void {
    this.#root = config.root;
    // The group, since workers, servers and encoders don't notice that their parent is gone.
    process.once("disconnect", () => process.kill(-process.pid, "SIGKILL"));
    process.channel?.unref();
  }

  onTestModuleStart(module: TestModule): void {
    this.#report(module, "running");
  }

  onTestCaseResult({ module }: TestCase): void {
    this.#report(module, "running");
  }

  onTestModuleEnd(module: TestModule): void {
    this.#report(module, module.ok() ? "passed" : "failed");
  }

  #report({ moduleId }: TestModule, state: Progress["state"]): void {
    const file = relative(this.#root, moduleId).replaceAll("\\", "/");
    process.send?.({ file, state } satisfies Progress);
  }
}
