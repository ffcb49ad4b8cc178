import { runCommandLine } from "./run-command-line.ts";

// The reader may stop reading: `rolecast --help | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
// Not awaited: a chunk that a command loads may import this module, and would wait for its end.
void runCommandLine(process.argv.slice(2));
