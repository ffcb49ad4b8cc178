import assert from "node:assert";
import { commandLine, DESCRIPTION, VERSION } from "@rolecast/server";
import { Command } from "commander";
import { withPlainHelp } from "./plain-help.ts";

type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** Every command by its name, in the groups and the order of the help. */
const GROUPS: Readonly<Record<string, Commands>> = {
  Start: {
    start: async () => (await import("./start.ts")).startCommand(),
    demo: async () => (await import("./demo.ts")).demoCommand(),
    env: async () => (await import("./env.ts")).envCommand(),
    aws: async () => (await import("./aws.ts")).awsCommand(),
  },
  "Live video": {
    channel: async () => (await import("./channel.ts")).channelCommand(),
    broadcast: async () => (await import("./broadcast.ts")).broadcastCommand(),
    record: async () => (await import("./record.ts")).recordCommand(),
    stage: async () => (await import("./stage.ts")).stageCommand(),
    chat: async () => (await import("./chat.ts")).chatCommand(),
  },
  Permissions: {
    explain: async () => (await import("./explain.ts")).explainCommand(),
    policy: async () => (await import("./policy.ts")).policyCommand(),
    guardrails: async () => (await import("./guardrails/guardrails.ts")).guardrailsCommand(),
    iam: async () => (await import("./iam-service-linked-roles.ts")).iamCommand(),
  },
  Stacks: {
    stack: async () => (await import("./stack/stack.ts")).stackCommand(),
  },
  Server: {
    status: async () => (await import("./status.ts")).statusCommand(),
    logs: async () => (await import("./logs.ts")).logsCommand(),
    doctor: async () => (await import("./doctor.ts")).doctorCommand(),
    snapshot: async () => (await import("./snapshot.ts")).snapshotCommand(),
    objects: async () => (await import("./objects.ts")).objectsCommand(),
    drain: async () => (await import("./drain.ts")).drainCommand(),
    reset: async () => (await import("./reset.ts")).resetCommand(),
    completion: async () => (await import("./completion.ts")).completionCommand(rolecastProgram),
  },
};

/** Source of the codes: `EXIT` of command-error.ts. */
const EXIT_CODES = `
Exit codes: 0 done, 1 failed or something found, 2 called wrongly,
3 no server answers, 4 the server refused.`;

/**
 * The command `rolecast` with all that it can do. Given a command line, only the part that runs it
 * is loaded: a short command needn't wait for the modules of all others.
 */
export async function rolecastProgram(args: readonly string[] = []): Promise<Command> {
  const program = new Command(commandLine())
    .description(DESCRIPTION)
    .version(VERSION, "-V, --version", "print the version")
    .enablePositionalOptions()
    .addHelpText("after", EXIT_CODES);
  const isWanted = isCalledIn(args);
  for (const [group, commands] of Object.entries(GROUPS))
    for (const [name, load] of Object.entries(commands).filter(isWanted)) {
      const command = await load();
      assert(command.name() === name, `the command under ${name} has another name`);
      program.addCommand(command.helpGroup(`${group}:`));
    }
  withPlainHelp(program);
  sayWhereHelpIs(program, program.name());
  return program;
}

/** The command that is called; all of them where the help or a mistyped name needs them. */
function isCalledIn([first = ""]: readonly string[]): (
  entry: readonly [string, unknown],
) => boolean {
  if (first === "--version" || first === "-V") return () => false;
  const isKnown = Object.values(GROUPS).some((commands) => Object.hasOwn(commands, first));
  return ([name]) => !isKnown || name === first;
}

function sayWhereHelpIs(command: Command, name: string): void {
  const shows = command.commands.length > 0 ? "lists the commands" : "says what it takes";
  command.showHelpAfterError(`(${name} --help ${shows})`);
  for (const child of command.commands) sayWhereHelpIs(child, `${name} ${child.name()}`);
}
