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
  if (["ENOENT", "EACCES", "EISDIR", "ENOTDIR", "EEXIST", "ENOSPC"].includes(codeOf(error))) {
    return { message: error.message, exitCode: EXIT.failed };
  }
  return undefined;
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
