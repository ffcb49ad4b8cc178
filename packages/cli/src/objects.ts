import type { ConfigInput } from "@rolecast/server";
import { Command, Option } from "commander";
import { CommandError, EXIT } from "./command-error.ts";
import { helpNotes } from "./help-notes.ts";
import { bytesText, ProgressLine, print, printJson } from "./terminal.ts";

interface MigrateFlags {
  readonly to: "s3" | "folder";
  readonly config?: string;
  readonly data?: string;
  readonly database?: string;
  readonly json?: boolean;
}

/** `rolecast objects`: the place of objects' bytes. */
export function objectsCommand(): Command {
  return new Command("objects")
    .description("Move objects between the data folder and an object store.")
    .addCommand(
      new Command("migrate")
        .description("Move all bytes to where the running server writes new ones.")
        .addOption(
          new Option("--to <PLACE>", "the setting objects.type that the server has")
            .choices(["s3", "folder"])
            .makeOptionMandatory(),
        )
        .option("--config <FILE>", "the server's rolecast.yml (or ROLECAST_CONFIG)")
        .option("--data <DIR>", "the server's data folder (or ROLECAST_DATA)")
        .option("--database <URL>", "the server's PostgreSQL (or ROLECAST_DATABASE)")
        .option("--json", "as JSON")
        .addHelpText(
          "after",
          helpNotes(
            "\nExample:\n  $0 objects migrate --to s3 --config rolecast.yml\n\nIt compares the bytes on the way, and may be run again after it was ended. Exits with 1 when something is wrong with some of them.",
          ),
        )
        .action(migrate),
    );
}

async function migrate({ to, config, data, database, json }: MigrateFlags): Promise<void> {
  // No start of the command is to wait for the server's code.
  const { moveObjects } = await import("@rolecast/server");
  const { explainStartFailure, isMisconfigured } = await import("./start-failure.ts");
  const progress = new ProgressLine();
  const given: ConfigInput = {
    ...(data === undefined ? {} : { data }),
    ...(database === undefined ? {} : { database }),
  };
  const result = await moveObjects({
    to,
    given,
    file: config ?? (process.env.ROLECAST_CONFIG || undefined),
    onFailed({ bucket, key, found }) {
      progress.end();
      // Keys may hold what moves a terminal's cursor.
      if (!json) print(`${JSON.stringify(`s3://${bucket}/${key}`).slice(1, -1)}: ${found}`);
    },
    onProgress: (bytes) => progress.show(`${bytesText(bytes)} moved`),
  })
    .catch((error: unknown) => {
      // A store that is away says so.
      const isAway = error instanceof Error && error.name === "AwsError";
      const message = isAway ? error.message : explainStartFailure(error);
      if (message === undefined) throw error;
      throw new CommandError(message, isMisconfigured(error) ? EXIT.usage : EXIT.failed);
    })
    .finally(() => progress.end());
  if (json) printJson(result);
  else {
    const { moved, bytes, there, failed } = result;
    print(`${moved} moved (${bytesText(bytes)}), ${there} there already, ${failed} failed.`);
  }
  if (result.failed > 0) process.exitCode = EXIT.failed;
}
