import { existsSync, rmSync } from "node:fs";

const SETPRIV = "/usr/bin/setpriv";

/**
 * The words that start a program which ends with the process that started it, also where that is
 * killed: Linux sends the program `signal` then. For `spawn(...withParent("nginx", args), …)`.
 */
export function withParent(
  program: string,
  args: readonly string[],
  signal: "KILL" | "QUIT" | "TERM" = "KILL",
): [program: string, args: string[]] {
  if (!existsSync(SETPRIV)) return [program, [...args]];
  return [SETPRIV, ["--pdeathsig", signal, program, ...args]];
}

const folders = new Set<string>();

/** Removes a folder when this process exits, unless a signal that it doesn't handle ends it. */
export function removeAtExit(folder: string): void {
  if (folders.size === 0) process.once("exit", removeFolders);
  folders.add(folder);
}

function removeFolders(): void {
  // Programs that end with this process may still write to them.
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
