import { Command } from "commander";
import { Connection, type ConnectionFlags, jsonOf, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { fetchSigned, refusal } from "./signed-request.ts";
import { print, printJson } from "./terminal.ts";

/** `rolecast reset`: empties a server that allows it. */
export function resetCommand(): Command {
  return withConnection(new Command("reset"))
    .description("Empty a server that was started with --allow-reset.")
    .option("--json", "as JSON")
    .addHelpText("after", helpNotes("\nExample:\n  $0 reset --endpoint http://127.0.0.1:4566"))
    .action(async (flags: ConnectionFlags & { json?: boolean }) => {
      const connection = new Connection(flags);
      const path = "/_rolecast/state/reset";
      const signed = await fetchSigned(connection, { path, method: "POST" });
      const answer = await jsonOf(signed);
      // On the server's own machine, inside its container for one, no key is needed.
      const { ok } = signed.ok
        ? signed
        : await fetch(connection.endpoint + path, { method: "POST" });
      if (!ok) throw refusal(signed, answer);
      if (flags.json) printJson({ status: "reset" });
      else print(`${connection.endpoint} is empty now.`);
    });
}
