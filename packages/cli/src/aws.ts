import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { commandLine } from "@rolecast/server";
import { Command } from "commander";
import { explainRefusal } from "./aws-refusal.ts";
import { childEnvironment } from "./child-environment.ts";
import { CommandError, EXIT, nothingAnswers } from "./command-error.ts";
import { Connection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { warn } from "./terminal.ts";

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
      const run = { startedMs: Date.now(), mark: `rolecast-${randomUUID()}` };
      const { code, complaints } = await runAws(given, run.mark);
      process.exitCode = code;
      if (code === 0) return;
      if (UNREACHABLE.test(complaints)) warn(nothingAnswers(new Connection().endpoint));
      else await explainRefusal(complaints, run);
    });
}

/** The AWS CLI's own words. */
const UNREACHABLE = /Could not connect to the endpoint URL/;

interface AwsOutcome {
  readonly code: number;
  /** The end of its standard error. */
  readonly complaints: string;
}

const COMPLAINTS_CHARACTERS_MAX = 16_000;

/** The mark is in its requests' user agents: botocore names the execution environment there. */
function runAws(given: readonly string[], mark: string): Promise<AwsOutcome> {
  const { AWS_EXECUTION_ENV: place } = process.env;
  const environment = childEnvironment({
    ...new Connection().environment(),
    AWS_EXECUTION_ENV: place ? `${place}_${mark}` : mark,
  });
  return new Promise((resolve, reject) => {
    const child = spawn("aws", [...given], {
      stdio: ["inherit", "inherit", "pipe"],
      env: environment,
    });
    let complaints = "";
    child.stderr.on("data", (chunk: Buffer) => {
      process.stderr.write(chunk);
      complaints = (complaints + chunk.toString()).slice(-COMPLAINTS_CHARACTERS_MAX);
    });
    child.once("error", () => {
      const message =
        `the AWS CLI isn't on PATH. Install it (Debian: apt-get install awscli), ` +
        `or use an SDK with \`${commandLine("env")}\`.`;
      reject(new CommandError(message, EXIT.failed));
    });
    // A signal's end has no code.
    child.once("close", (code) => resolve({ code: code ?? 1, complaints }));
  });
}
