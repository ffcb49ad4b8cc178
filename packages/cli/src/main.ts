import { type Command, CommanderError } from "commander";
import { EXIT, explainFailure } from "./command-error.ts";
import { Connection, type ConnectionFlags } from "./connection.ts";
import { rolecastProgram } from "./program.ts";

const program = rolecastProgram();
throwUsageErrors(program);
/** The connection of the command that runs: a failure names the server that it talked to. */
let flags: ConnectionFlags = {};
program.hook("preAction", (_, command) => {
  flags = command.opts<ConnectionFlags>();
});

// The reader may stop reading: `rolecast --help | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/**
 * Commander has printed its own errors; whatever isn't a person's mistake is shown with its stack.
 */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  const failure = explainFailure(error, () => new Connection(flags).endpoint);
  if (!failure) throw error;
  process.stderr.write(`rolecast: ${failure.message}\n`);
  return failure.exitCode;
}

function throwUsageErrors(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwUsageErrors(child);
}
