import { VERSION } from "@rolecast/server";
import { Command } from "commander";
import { awsCommand } from "./aws.ts";
import { broadcastCommand } from "./broadcast.ts";
import { chatCommand } from "./chat.ts";
import { completionCommand } from "./completion.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { drainCommand } from "./drain.ts";
import { envCommand } from "./env.ts";
import { explainCommand } from "./explain.ts";
import { guardrailsCommand } from "./guardrails/guardrails.ts";
import { serviceLinkedRolesCommand } from "./iam-service-linked-roles.ts";
import { logsCommand } from "./logs.ts";
import { objectsCommand } from "./objects.ts";
import { policyCommand } from "./policy.ts";
import { recordCommand } from "./record.ts";
import { resetCommand } from "./reset.ts";
import { snapshotCommand } from "./snapshot.ts";
import { stackCommand } from "./stack/stack.ts";
import { stageCommand } from "./stage.ts";
import { startCommand } from "./start.ts";
import { statusCommand } from "./status.ts";

/** The command `rolecast` with all that it can do. */
export function rolecastProgram(): Command {
  const program = new Command("rolecast")
    .description(
      "Amazon IVS recording to Amazon S3, and the IAM service-linked role that authorises it, on your own machine.",
    )
    .version(VERSION)
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed or something found, 2 called wrongly, 3 no server answers, 4 the server refused.",
    );
  const commands = [
    startCommand(),
    demoCommand(),
    statusCommand(),
    envCommand(),
    awsCommand(),
    broadcastCommand(),
    recordCommand(),
    chatCommand(),
    stageCommand(),
    policyCommand(),
    stackCommand(),
    guardrailsCommand(),
    explainCommand(),
    new Command("iam")
      .description("Ask a running server about IAM.")
      .addCommand(serviceLinkedRolesCommand()),
    logsCommand(),
    snapshotCommand(),
    objectsCommand(),
    drainCommand(),
    resetCommand(),
    doctorCommand(),
    completionCommand(program),
  ];
  for (const command of commands) program.addCommand(command);
  sayWhereHelpIs(program, "rolecast");
  return program;
}

function sayWhereHelpIs(command: Command, name: string): void {
  const shows = command.commands.length > 0 ? "lists the commands" : "says what it takes";
  command.showHelpAfterError(`(${name} --help ${shows})`);
  for (const child of command.commands) sayWhereHelpIs(child, `${name} ${child.name()}`);
}
