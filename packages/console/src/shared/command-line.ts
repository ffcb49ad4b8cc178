/**
 * A command line that can be pasted where the server was started: it writes into its page how its
 * command is called there (packages/server/src/kernel/command-line.ts).
 */
export function commandLine(...words: readonly string[]): string {
  const page = globalThis.document?.querySelector<HTMLElement>("[data-command]");
  const named = page?.dataset.command;
  return [named === undefined || named === "unknown" ? "npx rolecast" : named, ...words].join(" ");
}
