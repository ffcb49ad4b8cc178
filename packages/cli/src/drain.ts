import { Command, InvalidArgumentError, Option } from "commander";
import { Connection, type ConnectionFlags, jsonOf, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { fetchSigned, refusal } from "./signed-request.ts";
import { print, printJson } from "./terminal.ts";

const LOOK_MS = 1_000;

interface DrainFlags extends ConnectionFlags {
  readonly timeout?: number;
  readonly wait: boolean;
  readonly json?: boolean;
}

/** `rolecast drain`: has a server end with its last stream. */
export function drainCommand(): Command {
  return withConnection(new Command("drain"))
    .description("End a server with its last stream; it takes no new ones.")
    .addOption(
      new Option("--timeout <SECONDS>", "end streams that are still live then").argParser(seconds),
    )
    .option("--no-wait", "return once it drains")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      helpNotes(
        "\nExample:\n  $0 drain --timeout 3600\n\n" +
          "Give the node's own address, not the load balancer's.\n" +
          "On its own machine no key is needed.",
      ),
    )
    .action(async (flags: DrainFlags) => {
      const connection = new Connection(flags);
      const { endpoint } = connection;
      const query = flags.timeout === undefined ? "" : `?timeout=${flags.timeout}`;
      const path = `/_rolecast/state/drain${query}`;
      const signed = await fetchSigned(connection, { path, method: "POST" });
      const answer = await jsonOf(signed);
      if (!signed.ok) {
        // As `reset`: in a container's preStop hook there is no key.
        const { ok } = await fetch(endpoint + path, { method: "POST" });
        if (!ok) throw refusal(signed, answer);
      }
      if (!flags.json) print(`${endpoint} takes no new streams.`);
      if (flags.wait) await ended(endpoint);
      const status = flags.wait ? "ended" : "draining";
      if (flags.json) printJson({ status });
      else if (flags.wait) print("It has ended.");
    });
}

function seconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number of seconds is wanted");
}

/** Resolves when nothing answers there any more, or a new process does. */
async function ended(endpoint: string): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch(`${endpoint}/_rolecast/health/ready`);
      const { status } = await jsonOf(answer);
      if (status !== "draining" && status !== "stopping") return;
    } catch (error) {
      // Refused, or broken by the end.
      if (error instanceof TypeError) return;
      throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
