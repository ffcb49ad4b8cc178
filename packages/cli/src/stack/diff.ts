import { Command } from "commander";
import { EXIT } from "../command-error.ts";
import { Connection } from "../connection.ts";
import { helpNotes } from "../help-notes.ts";
import { print } from "../terminal.ts";
import { changeLines, changesSummary } from "./change-lines.ts";
import { createChangeSet, discard } from "./change-set.ts";
import { type TemplateFlags, withTemplate } from "./deploy.ts";

const EXAMPLE = `
Example:
  $0 stack diff studio --template studio.yaml

Exits with 0 when nothing would change, with 1 when something would.`;

/** `rolecast stack diff`: what a deployment would change. */
export function diffCommand(): Command {
  return withTemplate(new Command("diff"))
    .description("Show what deploying a template would change; nothing is changed.")
    .addHelpText("after", helpNotes(EXAMPLE))
    .action(diff);
}

async function diff(stack: string, { template, ...flags }: TemplateFlags): Promise<void> {
  const { parameter: parameters, tag: tags, role, ...connection } = flags;
  const client = await new Connection(connection).cloudFormation();
  const changeSet = await createChangeSet(client, {
    ...{ stack, file: template, parameters, tags, role },
  });
  if (!changeSet) {
    print(`Nothing changes: ${stack} is as ${template} says.`);
    return;
  }
  await discard(client, changeSet);
  for (const line of changeSet.changes.flatMap(changeLines)) print(line);
  print(changesSummary(changeSet.changes));
  process.exitCode = EXIT.failed;
}
