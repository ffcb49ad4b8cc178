import type { CloudFormationClient, StackResourceSummary } from "@aws-sdk/client-cloudformation";
import { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { confirm } from "../confirm.ts";
import { Connection, type ConnectionFlags, withConnection } from "../connection.ts";
import { helpNotes } from "../help-notes.ts";
import { print, printJson } from "../terminal.ts";
import { eventLine } from "./event-lines.ts";
import { followEvents, newestEvent } from "./events.ts";

const EXAMPLES = `
Examples:
  $0 stack delete studio
  $0 stack delete studio --yes --json | jq .failed

Exits with 0 when the stack is gone, with 1 when a resource couldn't be deleted.`;

interface DeleteFlags extends ConnectionFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `rolecast stack delete`: deletes a stack with its resources, and waits for the end. */
export function deleteCommand(): Command {
  return withConnection(new Command("delete"))
    .description("Delete a stack with its resources; wait for the end.")
    .argument("<STACK>", "its name or ARN")
    .option("--yes", "don't ask")
    .option("--json", "how it ended, as JSON")
    .addHelpText("after", helpNotes(EXAMPLES))
    .action(deleteStack);
}

async function deleteStack(name: string, { yes, json, ...flags }: DeleteFlags): Promise<void> {
  const client = await new Connection(flags).cloudFormation();
  const aws = await import("@aws-sdk/client-cloudformation");
  const { Stacks } = await client.send(new aws.DescribeStacksCommand({ StackName: name }));
  // Only the ARN names a stack that is gone.
  const { StackId: arn = name, StackName: stack = name } = Stacks?.[0] ?? {};
  const before = (await resourcesOf(client, arn)).filter((each) => !isGone(each));
  await confirm(`Delete the stack ${stack} with ${counted(before.length)}?`, yes);
  const since = await newestEvent(client, arn);
  await client.send(new aws.DeleteStackCommand({ StackName: arn }));
  const status = await followEvents(client, arn, since, (event) => {
    if (!json) print(eventLine(event));
  });
  const after = await resourcesOf(client, arn);
  const failed = after.filter((each) => each.ResourceStatus === "DELETE_FAILED");
  const kept = after.filter((each) => each.ResourceStatus === "DELETE_SKIPPED");
  if (json) printJson({ StackId: arn, StackStatus: status, failed, kept });
  if (status !== "DELETE_COMPLETE") throw new CommandError(failureText(stack, status, failed));
  if (json) return;
  print(`Deleted ${stack} with ${counted(before.length - kept.length)}.`);
  for (const resource of kept) print(`Kept, by its deletion policy: ${titleOf(resource)}`);
}

function failureText(
  stack: string,
  status: string,
  failed: readonly StackResourceSummary[],
): string {
  const lines = failed.map(
    (each) => `\n  ${titleOf(each)}: ${each.ResourceStatusReason ?? "no reason given"}`,
  );
  return `the stack ${stack} ended in ${status}.${lines.join("")}`;
}

function titleOf({ LogicalResourceId, ResourceType, PhysicalResourceId }: StackResourceSummary) {
  return `${LogicalResourceId} (${ResourceType} ${PhysicalResourceId ?? ""})`.replace(" )", ")");
}

function counted(resources: number): string {
  return resources === 1 ? "its resource" : `its ${resources} resources`;
}

function isGone({ ResourceStatus }: StackResourceSummary): boolean {
  return ResourceStatus === "DELETE_COMPLETE";
}

async function resourcesOf(
  client: CloudFormationClient,
  StackName: string,
): Promise<readonly StackResourceSummary[]> {
  const { paginateListStackResources } = await import("@aws-sdk/client-cloudformation");
  const found: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName }))
    found.push(...(page.StackResourceSummaries ?? []));
  return found;
}
