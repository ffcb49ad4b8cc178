/** Exit codes of every command; documented in docs/cli.md. */
export const EXIT = {
  /** It didn't work, or a check found something. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** No server answers at the endpoint. */
  unreachable: 3,
  /** The server refused: AWS's error code and message are printed. */
  refused: 4,
} as const;

/** What the person at the terminal is told, in one sentence that says what to do. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** The message and exit code for whatever a command threw; undefined for our own bugs. */
export function explainFailure(
  error: unknown,
  endpoint: string,
): { readonly message: string; readonly exitCode: number } | undefined {
  if (error instanceof CommandError) return error;
  if (!(error instanceof Error)) return undefined;
  const cause = error.cause instanceof Error ? error.cause : error;
  const isFetchFailure = error instanceof TypeError && error.message === "fetch failed";
  if (isFetchFailure || ["ECONNREFUSED", "ENOTFOUND", "ECONNRESET"].includes(codeOf(cause))) {
    const message = `nothing answers at ${endpoint}. Start a server with \`rolecast start\`, or name another one with --endpoint.`;
    return { message, exitCode: EXIT.unreachable };
  }
  if ("$metadata" in error) {
    return { message: `${error.name}: ${error.message}`, exitCode: EXIT.refused };
  }
  if (["PolicyCompileError", "DataFolderInUseError", "MediaError"].includes(error.name)) {
    return { message: error.message, exitCode: EXIT.failed };
  }
  const fileFailure = FILE_FAILURES[codeOf(error)];
  if (fileFailure !== undefined) {
    const path = "path" in error ? `${String(error.path)}: ` : "";
    return { message: `${path}${fileFailure}`, exitCode: EXIT.failed };
  }
  return undefined;
}

const FILE_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder.",
  EACCES: "this user may not read or write it.",
  EISDIR: "this is a folder; a file is wanted.",
  ENOTDIR: "a part of this path is a file, not a folder.",
  EEXIST: "this is there already.",
  ENOSPC: "the disk is full.",
};

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
