import { spawn } from "node:child_process";
import { Command } from "commander";
import { childEnvironment } from "./child-environment.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection } from "./connection.ts";

/** `rolecast aws …`: the AWS CLI with endpoint and credentials set. */
export function awsCommand(): Command {
  return new Command("aws")
    .description("Run the AWS CLI against the server: rolecast aws ivs list-channels")
    .argument("[arguments...]", "what the AWS CLI is given")
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText("after", "\nExample:\n  rolecast aws ivs list-channels")
    .passThroughOptions()
    .action(async (given: string[]) => {
      process.exitCode = await runAws(given);
    });
}

function runAws(given: readonly string[]): Promise<number> {
  const environment = childEnvironment(new Connection().environment());
  return new Promise((resolve, reject) => {
    const child = spawn("aws", [...given], { stdio: "inherit", env: environment });
    child.once("error", () => {
      const message =
        "the AWS CLI isn't on PATH. Install it (Debian: apt-get install awscli), or use an SDK with `rolecast env`.";
      reject(new CommandError(message, EXIT.failed));
    });
    child.once("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}
