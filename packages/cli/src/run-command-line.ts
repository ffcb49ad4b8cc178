import { type Command, CommanderError } from "commander";
import { EXIT, explainFailure } from "./command-error.ts";
import { Connection, type ConnectionFlags } from "./connection.ts";
import { rolecastProgram } from "./program.ts";

/**
 * Runs `rolecast` with these arguments; the exit code is the process's. A person's mistake is
 * printed as a sentence; it throws what isn't one.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const program = await rolecastProgram(args);
  throwUsageErrors(program);
  /** The connection of the command that runs: a failure names the server that it talked to. */
  let flags: ConnectionFlags = {};
  program.hook("preAction", (_, command) => {
    flags = command.opts<ConnectionFlags>();
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = exitCodeOf(error, flags);
  }
}

/** Commander has printed its own errors. */
function exitCodeOf(error: unknown, flags: ConnectionFlags): number {
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
