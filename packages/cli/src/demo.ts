import { Command } from "commander";
import { helpNotes } from "./help-notes.ts";

/** `rolecast demo`: the mission with real clients, against a server of its own. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("Show everything at work, with real clients, in three minutes.")
    .addHelpText(
      "after",
      helpNotes(
        "\nExample:\n  $0 demo\n\nRecords a live stream by the service-linked role, moderates a chat, records a\nparticipant of a stage. Needs ffmpeg. Calls are made by the AWS CLI where it is\ninstalled, else by the JavaScript SDK. It has a server of its own on free ports, and\nleaves nothing behind.",
      ),
    )
    .option("--json", "what was shown as JSON; the steps go to standard error")
    .action(async ({ json = false }: { json?: boolean }) => {
      // Brings AWS's clients, which no other command needs.
      const { runDemo } = await import("./demo/demonstrate.ts");
      process.exitCode = await runDemo(json);
    });
}
