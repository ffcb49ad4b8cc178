import type { CloudFormationClient, StackEvent } from "@aws-sdk/client-cloudformation";
import { Command } from "commander";
import { Connection, type ConnectionFlags, withConnection } from "../connection.ts";
import { helpNotes } from "../help-notes.ts";
import { print, printJson } from "../terminal.ts";
import { pause } from "./change-set.ts";
import { eventLine, isSettled } from "./event-lines.ts";

const LOOK_MS = 500;

const EXAMPLE = "\nExample:\n  $0 stack events studio --follow";

/** `rolecast stack events`: what happened to a stack, oldest first. */
export function eventsCommand(): Command {
  return withConnection(new Command("events"))
    .description("Show what happened to a stack, oldest first.")
    .argument("<STACK>", "its name or ARN")
    .option("--follow", "go on until the stack has settled")
    .option("--json", "as JSON; with --follow a line for each event")
    .addHelpText("after", helpNotes(EXAMPLE))
    .action(showEvents);
}

interface EventFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly json?: boolean;
}

async function showEvents(stack: string, { follow, json, ...flags }: EventFlags): Promise<void> {
  const client = await new Connection(flags).cloudFormation();
  const show = (event: StackEvent) => print(json ? JSON.stringify(event) : eventLine(event));
  if (follow) await followEvents(client, stack, undefined, show);
  else if (json) printJson(await eventsSince(client, stack, undefined));
  else for (const event of await eventsSince(client, stack, undefined)) show(event);
}

/**
 * Shows a stack's events after the event `since` until the stack has settled, and resolves to its
 * status. `stack` is its ARN where it may be deleted meanwhile.
 */
export async function followEvents(
  client: CloudFormationClient,
  stack: string,
  since: string | undefined,
  show: (event: StackEvent) => void,
): Promise<string> {
  let last = since;
  while (true) {
    // Asked before its events: those of the end are there once the status is.
    const status = await statusOf(client, stack);
    for (const event of await eventsSince(client, stack, last)) {
      show(event);
      last = event.EventId;
    }
    if (isSettled(status)) return status;
    await pause(LOOK_MS);
  }
}

/** The id of a stack's newest event; undefined where there is none yet. */
export async function newestEvent(
  client: CloudFormationClient,
  StackName: string,
): Promise<string | undefined> {
  const { DescribeStackEventsCommand } = await import("@aws-sdk/client-cloudformation");
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents?.[0]?.EventId;
}

/** The events after the event `since`, oldest first. AWS lists the newest first. */
async function eventsSince(
  client: CloudFormationClient,
  StackName: string,
  since: string | undefined,
): Promise<readonly StackEvent[]> {
  const { paginateDescribeStackEvents } = await import("@aws-sdk/client-cloudformation");
  const events: StackEvent[] = [];
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    const known = StackEvents.findIndex(({ EventId }) => EventId === since);
    events.push(...StackEvents.slice(0, known === -1 ? undefined : known));
    if (known !== -1) break;
  }
  return events.reverse();
}

async function statusOf(client: CloudFormationClient, StackName: string): Promise<string> {
  const { DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  return Stacks?.[0]?.StackStatus ?? "";
}
