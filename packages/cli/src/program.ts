import assert from "node:assert";
import { VERSION } from "@rolecast/server";
import { Command } from "commander";

/** Every command by its name, in the order of the help. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import("./start.ts")).startCommand(),
  demo: async () => (await import("./demo.ts")).demoCommand(),
  status: async () => (await import("./status.ts")).statusCommand(),
  env: async () => (await import("./env.ts")).envCommand(),
  aws: async () => (await import("./aws.ts")).awsCommand(),
  broadcast: async () => (await import("./broadcast.ts")).broadcastCommand(),
  record: async () => (await import("./record.ts")).recordCommand(),
  channel: async () => (await import("./channel.ts")).channelCommand(),
  chat: async () => (await import("./chat.ts")).chatCommand(),
  stage: async () => (await import("./stage.ts")).stageCommand(),
  policy: async () => (await import("./policy.ts")).policyCommand(),
  stack: async () => (await import("./stack/stack.ts")).stackCommand(),
  guardrails: async () => (await import("./guardrails/guardrails.ts")).guardrailsCommand(),
  explain: async () => (await import("./explain.ts")).explainCommand(),
  iam: async () => (await import("./iam-service-linked-roles.ts")).iamCommand(),
  logs: async () => (await import("./logs.ts")).logsCommand(),
  snapshot: async () => (await import("./snapshot.ts")).snapshotCommand(),
  objects: async () => (await import("./objects.ts")).objectsCommand(),
  drain: async () => (await import("./drain.ts")).drainCommand(),
  reset: async () => (await import("./reset.ts")).resetCommand(),
  doctor: async () => (await import("./doctor.ts")).doctorCommand(),
  completion: async () => (await import("./completion.ts")).completionCommand(rolecastProgram),
};

/**
 * The command `rolecast` with all that it can do. Given a command line, only the part that runs it
 * is loaded: a short command needn't wait for the modules of all others.
 */
export async function rolecastProgram(args: readonly string[] = []): Promise<Command> {
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
  for (const name of namesFor(args)) {
    const command = await COMMANDS[name]?.();
    assert(command?.name() === name, `the command under ${name} has another name`);
    program.addCommand(command);
  }
  sayWhereHelpIs(program, "rolecast");
  return program;
}

/** The command that is called; all of them where the help or a mistyped name needs them. */
function namesFor([first = ""]: readonly string[]): readonly string[] {
  if (first === "--version" || first === "-V") return [];
  return Object.hasOwn(COMMANDS, first) ? [first] : Object.keys(COMMANDS);
}

function sayWhereHelpIs(command: Command, name: string): void {
  const shows = command.commands.length > 0 ? "lists the commands" : "says what it takes";
  command.showHelpAfterError(`(${name} --help ${shows})`);
  for (const child of command.commands) sayWhereHelpIs(child, `${name} ${child.name()}`);
}
