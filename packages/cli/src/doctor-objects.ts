import { resolve } from "node:path";
import type { CheckedObjects, DamagedObject } from "@rolecast/server";
import { EXIT } from "./command-error.ts";
import { bytesText, ProgressLine, print, printJson } from "./terminal.ts";

interface ObjectFlags {
  readonly data: string;
  readonly database?: string;
  readonly removeUnreferenced?: boolean;
  readonly json?: boolean;
}

/** `rolecast doctor --objects`: whether the files of all objects are as they were written. */
export async function checkAllObjects(flags: ObjectFlags): Promise<void> {
  // No start of the command is to wait for the server's code.
  const { checkObjects } = await import("@rolecast/server");
  const progress = new ProgressLine();
  const damaged: DamagedObject[] = [];
  let checked: CheckedObjects;
  try {
    checked = await checkObjects({
      dataDir: resolve(flags.data),
      database: flags.database ?? (process.env.ROLECAST_DATABASE || undefined),
      removeUnreferenced: flags.removeUnreferenced === true,
      onDamaged(object) {
        damaged.push(object);
        progress.end();
        if (!flags.json) print(lineOf(object));
      },
      onProgress: (bytes) => progress.show(`${bytesText(bytes)} compared`),
    });
  } finally {
    progress.end();
  }
  if (flags.json) printJson({ ...checked, damaged });
  else for (const line of summaryOf(checked)) print(line);
  if (damaged.length > 0) process.exitCode = EXIT.failed;
}

/** Keys may hold what moves a terminal's cursor. */
function lineOf({ bucket, key, versionId, uploadId, found }: DamagedObject): string {
  const name = JSON.stringify(`s3://${bucket}/${key}`).slice(1, -1);
  const which = uploadId === undefined ? `versionId ${versionId}` : `uploadId ${uploadId}`;
  return `${name}  ${which}: ${found}`;
}

function summaryOf(checked: CheckedObjects): string[] {
  const { objects, bytes, withoutChecksum, damaged, unreferenced, removed } = checked;
  const lines = [`${objects} objects and uploads, ${bytesText(bytes)}: ${damaged} files damaged.`];
  if (withoutChecksum > 0)
    lines.push(
      `${withoutChecksum} files are encrypted with customers' keys: only their sizes were compared.`,
    );
  if (unreferenced.files > 0) {
    const files = `${unreferenced.files} files (${bytesText(unreferenced.bytes)}) that no object refers to`;
    lines.push(
      removed
        ? `Removed ${files}.`
        : `There are ${files}. A start removes those that are certainly left over; --remove-unreferenced, on a stopped server's folder, removes them all.`,
    );
  }
  return lines;
}
