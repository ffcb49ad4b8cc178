import { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { print, printJson } from "./terminal.ts";

/** `rolecast reset`: empties a server that allows it. */
export function resetCommand(): Command {
  return withConnection(new Command("reset"))
    .description("Empty a server that was started with --allow-reset: all but the root keys.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  rolecast reset --endpoint http://127.0.0.1:4566")
    .action(async (flags: ConnectionFlags & { json?: boolean }) => {
      const { endpoint } = new Connection(flags);
      const response = await fetch(`${endpoint}/_rolecast/state/reset`, { method: "POST" });
      const answer = (await response.json()) as { message?: string };
      if (!response.ok) throw new CommandError(answer.message ?? `status ${response.status}`);
      if (flags.json) printJson(answer);
      else print(`${endpoint} is empty now.`);
    });
}
