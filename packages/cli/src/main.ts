import { runCommandLine } from "./run-command-line.ts";

// The reader may stop reading: `rolecast --help | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
await runCommandLine(process.argv.slice(2));
