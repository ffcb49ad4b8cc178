import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A log group's file is put aside at this size; one older file is kept beside it. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;

/** `arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/ivs:*` → its file below `dir`. */
export function logFileOf(dir: string, arn: string): string {
  const [, , , region = "", account = "", , group = ""] = arn.split(":");
  // A log group's name may hold slashes; nothing of it may lead out of the folder.
  const name = group.replaceAll(/[^A-Za-z0-9_.#-]/g, "_").replace(/^\.+/, "_");
  return join(dir, account, region, `${name}.jsonl`);
}

/** Adds a line. */
export async function appendLine(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const size = await stat(file).then(
    (found) => found.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return 0;
      throw error;
    },
  );
  if (size > LOG_BYTES_MAX) await rename(file, `${file}.1`);
  await appendFile(file, `${line}\n`, { mode: 0o600 });
}
