import { Command } from "commander";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection, type ConnectionFlags, jsonOf, withConnection } from "./connection.ts";
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
      const answer = await jsonOf(response);
      if (!response.ok) throw new CommandError(String(answer.message), EXIT.refused);
      if (flags.json) printJson(answer);
      else print(`${endpoint} is empty now.`);
    });
}
