import { createHash } from "node:crypto";
import { constants, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pathBelow } from "../../../kernel/files/path-below.ts";
import type { RuleRow } from "../tables.ts";

/** A log group's file is put aside at this size; one older file is kept beside it. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;
/** A file's name is no longer; that of a group with a longer name ends with its hash. */
const NAME_LENGTH_MAX = 200;
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW;

/** The file of a log group below `dir`: account and Region are the rule's, never of an ARN. */
export function logFileOf(
  dir: string,
  rule: Pick<RuleRow, "account_id" | "region">,
  group: string,
): string {
  return pathBelow(dir, rule.account_id, rule.region, `${fileNameOf(group)}.jsonl`);
}

/** `/aws/events/ivs` is `_aws_events_ivs`; no two groups have the same name. */
function fileNameOf(group: string): string {
  const escaped = group.replace(/^\./, "%2E").replaceAll("_", "%5F").replaceAll("/", "_");
  if (escaped.length <= NAME_LENGTH_MAX) return escaped;
  const hash = createHash("sha256").update(group).digest("hex");
  return `${escaped.slice(0, NAME_LENGTH_MAX - hash.length - 1)}%${hash}`;
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
  const handle = await open(file, APPEND, 0o600);
  try {
    await handle.appendFile(`${line}\n`);
  } finally {
    await handle.close();
  }
}
