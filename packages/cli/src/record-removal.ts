import { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { isMetadata } from "./recording-metadata.ts";
import { findRecording, objectsOf } from "./recordings.ts";
import { bytesText, ProgressLine, print, printJson } from "./terminal.ts";

/** Source: Amazon S3 API reference, DeleteObjects: "up to 1,000 objects". */
const KEYS_MAX = 1_000;

const EXAMPLES = `
Examples:
  $0 record rm Ab12
  $0 record rm Ab12 --yes --json | jq .objects

Where the bucket keeps versions, delete markers hide the objects.`;

interface RemovalFlags extends ConnectionFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `rolecast record rm`: deletes a recording with all its objects. */
export function removalCommand(): Command {
  return withConnection(new Command("rm"))
    .description("Delete a recording with all its objects.")
    .argument("<id>", "the recording's id, or its beginning")
    .option("--yes", "don't ask")
    .option("--json", "what was deleted, as JSON")
    .addHelpText("after", helpNotes(EXAMPLES))
    .action(remove);
}

async function remove(id: string, { yes, json, ...flags }: RemovalFlags): Promise<void> {
  const connection = new Connection(flags);
  const recording = await findRecording(connection, id);
  const { bucket, prefix, state } = recording;
  if (state === "RECORDING_STARTED")
    throw new CommandError(`the recording ${recording.id} isn't complete: end its stream first.`);
  const s3 = await connection.s3();
  const objects = await objectsOf(s3, recording);
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const what = `${objects.length} ${objects.length === 1 ? "object" : "objects"}`;
  const all = `${what}, ${bytesText(bytes)}`;
  await confirm(`Delete the recording ${recording.id} (${all}) from s3://${bucket}?`, yes);
  // Its documents go last, in the last request: one that was interrupted is still found.
  const isLast = ({ key }: { readonly key: string }) => Number(isMetadata(key));
  const keys = [...objects].sort((a, b) => isLast(a) - isLast(b)).map(({ key }) => key);
  const { DeleteObjectsCommand } = await import("@aws-sdk/client-s3");
  const progress = new ProgressLine();
  for (let begin = 0; begin < keys.length; begin += KEYS_MAX) {
    const some = keys.slice(begin, begin + KEYS_MAX);
    const Delete = { Objects: some.map((Key) => ({ Key })), Quiet: true };
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
    const [first] = Errors;
    if (first) {
      progress.end();
      throw new CommandError(
        `${Errors.length} of ${what} couldn't be deleted. s3://${bucket}/${first.Key}: ` +
          `${first.Code}: ${first.Message}`,
      );
    }
    const done = begin + some.length;
    progress.show(`${done} of ${what}`, done / keys.length);
  }
  progress.end();
  if (json) printJson({ ...recording, objects: objects.length, bytes });
  else print(`Deleted ${all}, below s3://${bucket}/${prefix}/.`);
}
