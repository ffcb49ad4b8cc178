import { Command } from "commander";

/** `rolecast demo`: the mission with real clients, against a server of its own. */
export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "Show the service-linked role at work: record a live stream, try to misuse the role, delete it.",
    )
    .addHelpText(
      "after",
      "\nExample:\n  rolecast demo\n\nTakes about two minutes and needs ffmpeg. Calls are made by the AWS CLI where it is installed, else by the JavaScript SDK.\nIt has a server of its own on free ports, and leaves nothing behind.",
    )
    .option("--json", "what was shown as JSON; the steps go to standard error")
    .action(async ({ json = false }: { json?: boolean }) => {
      // Brings AWS's clients, which no other command needs.
      const { runDemo } = await import("./demo/demonstrate.ts");
      process.exitCode = await runDemo(json);
    });
}
