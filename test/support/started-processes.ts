import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { withParent } from "../../packages/server/src/kernel/testing/with-parent.ts";

const started = new Set<ChildProcess>();

/**
 * Starts a program that ends with the file of tests that it is for, and with the tests' process,
 * however those end: a test that ran out of time has stopped nothing.
 */
export function startForFile(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const child = spawn(...withParent(command, args), options);
  started.add(child);
  child.once("close", () => started.delete(child));
  return child;
}

/** Kills what the tests of a file have left running. */
export function endStarted(): void {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
}
