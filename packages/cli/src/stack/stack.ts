import { Command } from "commander";
import { deleteCommand } from "./delete.ts";
import { deployCommand } from "./deploy.ts";
import { diffCommand } from "./diff.ts";
import { driftCommand } from "./drift.ts";
import { eventsCommand } from "./events.ts";
import { listCommand } from "./list.ts";

/** `rolecast stack`: CloudFormation's stacks without the CDK. */
export function stackCommand(): Command {
  return new Command("stack")
    .description("Deploy CloudFormation templates, and compare stacks.")
    .addCommand(listCommand())
    .addCommand(deployCommand())
    .addCommand(diffCommand())
    .addCommand(eventsCommand())
    .addCommand(driftCommand())
    .addCommand(deleteCommand());
}
