import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { CommandError, EXIT } from "../command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "../connection.ts";
import { helpNotes } from "../help-notes.ts";
import { print } from "../terminal.ts";
import { changeLines, changesSummary, counted } from "./change-lines.ts";
import { createChangeSet, discard } from "./change-set.ts";
import { eventLine, isDeployed } from "./event-lines.ts";
import { followEvents, newestEvent } from "./events.ts";

export interface TemplateFlags extends ConnectionFlags {
  readonly template: string;
  readonly parameter: ReadonlyMap<string, string>;
  readonly tag: ReadonlyMap<string, string>;
  readonly role?: string;
}

interface DeployFlags extends TemplateFlags {
  readonly yes?: boolean;
}

const EXAMPLE = `
Example:
  $0 stack deploy studio --template studio.yaml --parameter Name=studio

On a terminal it asks before it changes something.
Exits with 0 when the stack is as the template says, with 1 when it isn't: the events say why.`;

/** `rolecast stack deploy`: makes a stack be what a template says. */
export function deployCommand(): Command {
  return withTemplate(new Command("deploy"))
    .description("Make a stack, or change it to what a template says.")
    .option("--yes", "don't ask before something is changed")
    .addHelpText("after", helpNotes(EXAMPLE))
    .action(deploy);
}

/** Adds the flags that say what a stack shall become. */
export function withTemplate(command: Command): Command {
  return withConnection(command)
    .argument("<STACK>", "its name")
    .requiredOption("--template <FILE>", "template in YAML or JSON")
    .option("--parameter <NAME=VALUE>", "a parameter's value; may be repeated", pairs, new Map())
    .option("--tag <KEY=VALUE>", "a tag of the stack; may be repeated", pairs, new Map())
    .option("--role <ARN>", "role whose permissions make the resources");
}

function pairs(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [name = "", ...value] = text.split("=");
  if (name === "" || value.length === 0)
    throw new CommandError(`${text} isn't of the form NAME=VALUE.`, EXIT.usage);
  return new Map([...before, [name, value.join("=")]]);
}

async function deploy(stack: string, { template, yes, ...flags }: DeployFlags): Promise<void> {
  const { parameter: parameters, tag: tags, role, ...connection } = flags;
  const client = await new Connection(connection).cloudFormation();
  const changeSet = await createChangeSet(client, {
    ...{ stack, file: template, parameters, tags, role },
  });
  if (!changeSet) {
    print(`Nothing changes: ${stack} is as ${template} says.`);
    return;
  }
  for (const line of changeSet.changes.flatMap(changeLines)) print(line);
  print(changesSummary(changeSet.changes));
  if (!yes && !(await isWanted(stack))) {
    await discard(client, changeSet);
    throw new CommandError(`nothing was changed: ${stack} is as it was.`);
  }
  const { ExecuteChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  const since = await newestEvent(client, changeSet.stackId);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: changeSet.id }));
  const show = (event: Parameters<typeof eventLine>[0]) => print(eventLine(event));
  const status = await followEvents(client, changeSet.stackId, since, show);
  if (!isDeployed(status)) throw new CommandError(`the stack ${stack} ended in ${status}.`);
  print(`${stack}: ${status}, ${counted(changeSet.changes.length, "change")} made.`);
  await printOutputs(client, stack);
}

/** Asks where somebody can answer; a script goes on. */
async function isWanted(stack: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return true;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(?:es)?$/i.test((await asking.question(`Deploy ${stack}? (y/N) `)).trim());
  } finally {
    asking.close();
  }
}

async function printOutputs(
  client: Awaited<ReturnType<Connection["cloudFormation"]>>,
  StackName: string,
): Promise<void> {
  const { DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  for (const { OutputKey, OutputValue } of Stacks?.[0]?.Outputs ?? [])
    print(`${OutputKey} = ${OutputValue}`);
}
