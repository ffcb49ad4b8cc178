import { Command } from "commander";
import { serviceLinkedRolesCommand } from "./iam-service-linked-roles.ts";
import { startCommand } from "./start.ts";

const program = new Command("rolecast")
  .description(
    "Amazon IVS recording to Amazon S3, and the IAM service-linked role that authorises it, on your own machine.",
  )
  .version("0.1.0")
  .showHelpAfterError("(rolecast --help lists the commands)")
  .addCommand(startCommand())
  .addCommand(
    new Command("iam")
      .description("Ask a running server about IAM.")
      .addCommand(serviceLinkedRolesCommand()),
  );

await program.parseAsync();
