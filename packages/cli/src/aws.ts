import { spawn } from "node:child_process";
import { commandLine } from "@rolecast/server";
import { Command } from "commander";
import { childEnvironment } from "./child-environment.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection } from "./connection.ts";
import type { Fields } from "./feed-lines.ts";
import { helpNotes } from "./help-notes.ts";
import { readFeed } from "./read-feed.ts";

/** `rolecast aws …`: the AWS CLI with endpoint and credentials set. */
export function awsCommand(): Command {
  return new Command("aws")
    .description("Run the AWS CLI against the server.")
    .argument("[arguments...]", "what the AWS CLI is given")
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText("after", helpNotes("\nExample:\n  $0 aws ivs list-channels"))
    .passThroughOptions()
    .action(async (given: string[], _, command: Command) => {
      if (given.length === 0 || (given.length === 1 && given[0] === "--help")) command.help();
      const startedMs = Date.now();
      process.exitCode = await runAws(given);
      if (process.exitCode === SERVICE_ERROR) await nameDenial(startedMs);
    });
}

/** The AWS CLI's exit code after a service refused its request. */
const SERVICE_ERROR = 254;

/** Prints how to explain the denial, if the request was denied. */
async function nameDenial(startedMs: number): Promise<void> {
  const connection = new Connection();
  let id: unknown;
  try {
    for await (const json of readFeed(connection, "decisions", { follow: false })) {
      const { atMs, evaluatedEffect, authorizationId } = JSON.parse(json) as Fields;
      if (Number(atMs) >= startedMs && evaluatedEffect !== "ALLOW") id = authorizationId;
    }
  } catch (error) {
    // The key may call no operation of Rolecast's own: the AWS CLI's message has to do.
    if (!(error instanceof CommandError)) throw error;
  }
  if (id !== undefined) process.stderr.write(`Why? ${commandLine("explain", String(id))}\n`);
}

function runAws(given: readonly string[]): Promise<number> {
  const environment = childEnvironment(new Connection().environment());
  return new Promise((resolve, reject) => {
    const child = spawn("aws", [...given], { stdio: "inherit", env: environment });
    child.once("error", () => {
      const message =
        `the AWS CLI isn't on PATH. Install it (Debian: apt-get install awscli), ` +
        `or use an SDK with \`${commandLine("env")}\`.`;
      reject(new CommandError(message, EXIT.failed));
    });
    child.once("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}
