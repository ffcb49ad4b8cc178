import type { StackStatus, StackSummary } from "@aws-sdk/client-cloudformation";
import { commandLine } from "@rolecast/server";
import { Command } from "commander";
import { Connection, type ConnectionFlags, withConnection } from "../connection.ts";
import { helpNotes } from "../help-notes.ts";
import { print, printJson, table } from "../terminal.ts";
import { coloured } from "./event-lines.ts";

/** `rolecast stack ls`: the stacks that there are. */
export function listCommand(): Command {
  return withConnection(new Command("ls"))
    .description("List the Region's stacks with their status.")
    .option("--json", "as JSON")
    .addHelpText("after", helpNotes("\nExample:\n  $0 stack ls --json | jq -r '.[].StackName'"))
    .action(list);
}

async function list(flags: ConnectionFlags & { readonly json?: boolean }): Promise<void> {
  const connection = new Connection(flags);
  const aws = await import("@aws-sdk/client-cloudformation");
  // AWS lists deleted stacks for 90 days, unless the request names the other statuses.
  const StackStatusFilter = Object.values<StackStatus>(aws.StackStatus).filter(
    (status) => status !== "DELETE_COMPLETE",
  );
  const client = await connection.cloudFormation();
  const stacks: StackSummary[] = [];
  for await (const page of aws.paginateListStacks({ client }, { StackStatusFilter }))
    stacks.push(...(page.StackSummaries ?? []));
  if (flags.json) return printJson(stacks);
  if (stacks.length === 0)
    return print(
      `No stacks in ${connection.region}. ` +
        `Create one: ${commandLine("stack deploy NAME --template FILE")}`,
    );
  print(
    table(
      ["NAME", "STATUS", "CHANGED", "DESCRIPTION"],
      stacks.map((stack) => [
        stack.StackName ?? "",
        coloured(stack.StackStatus ?? ""),
        (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString().slice(0, 19).concat("Z") ?? "",
        stack.TemplateDescription ?? "",
      ]),
    ),
  );
}
