import { Command } from "commander";

/** `rolecast demo`: the mission with real clients, against a server of its own. */
export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "Show it all at work: record a live stream by the service-linked role, a chat, a stage.",
    )
    .addHelpText(
      "after",
      "\nExample:\n  rolecast demo\n\nTakes about two and a half minutes and needs ffmpeg. Calls are made by the AWS CLI where it is installed, else by the JavaScript SDK.\nIt has a server of its own on free ports, and leaves nothing behind.",
    )
    .option("--json", "what was shown as JSON; the steps go to standard error")
    .action(async ({ json = false }: { json?: boolean }) => {
      // Brings AWS's clients, which no other command needs.
      const { runDemo } = await import("./demo/demonstrate.ts");
      process.exitCode = await runDemo(json);
    });
}
