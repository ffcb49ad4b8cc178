import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** Linux ends a program with the one that started it, if this one asks for it. */
const SETPRIV = "/usr/bin/setpriv";
const WITH_PARENT = existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig", "KILL"] : [];

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
  const [file = command, ...words] = [...WITH_PARENT, command, ...args];
  const child = spawn(file, words, options);
  started.add(child);
  child.once("close", () => started.delete(child));
  return child;
}

/** Kills what the tests of a file have left running. */
export function endStarted(): void {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
}
