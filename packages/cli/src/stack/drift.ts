import type { StackResourceDrift } from "@aws-sdk/client-cloudformation";
import { Command } from "commander";
import { CommandError, EXIT } from "../command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "../connection.ts";
import { helpNotes } from "../help-notes.ts";
import { print, printJson } from "../terminal.ts";
import { counted } from "./change-lines.ts";
import { pause } from "./change-set.ts";
import { driftLines } from "./drift-lines.ts";

const LOOK_MS = 200;

const EXAMPLE = `
Example:
  $0 stack drift studio

Exits with 0 when every resource is as it was deployed, with 1 when one isn't.`;

/** `rolecast stack drift`: what was changed past the stack. */
export function driftCommand(): Command {
  return withConnection(new Command("drift"))
    .description("Show which resources were changed outside the stack.")
    .argument("<STACK>", "its name or ARN")
    .option("--json", "as JSON")
    .addHelpText("after", helpNotes(EXAMPLE))
    .action(drift);
}

async function drift(
  StackName: string,
  { json, ...flags }: ConnectionFlags & { readonly json?: boolean },
): Promise<void> {
  const client = await new Connection(flags).cloudFormation();
  const aws = await import("@aws-sdk/client-cloudformation");
  const detection = await client.send(new aws.DetectStackDriftCommand({ StackName }));
  const asked = { StackDriftDetectionId: detection.StackDriftDetectionId };
  let found = await client.send(new aws.DescribeStackDriftDetectionStatusCommand(asked));
  while (found.DetectionStatus === "DETECTION_IN_PROGRESS") {
    await pause(LOOK_MS);
    found = await client.send(new aws.DescribeStackDriftDetectionStatusCommand(asked));
  }
  if (found.DetectionStatus === "DETECTION_FAILED")
    throw new CommandError(`the drift couldn't be detected: ${found.DetectionStatusReason}`);
  const drifts: StackResourceDrift[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new aws.DescribeStackResourceDriftsCommand({ StackName, NextToken }),
    );
    drifts.push(...(page.StackResourceDrifts ?? []));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  const compared = drifts.filter((one) => one.StackResourceDriftStatus !== "NOT_CHECKED");
  const differing = compared.filter((one) => one.StackResourceDriftStatus !== "IN_SYNC");
  if (json) printJson(differing);
  else if (differing.length === 0)
    print(`No drift: ${counted(compared.length, "resource")} compared.`);
  else for (const line of differing.flatMap(driftLines)) print(line);
  if (differing.length > 0) process.exitCode = EXIT.failed;
}
