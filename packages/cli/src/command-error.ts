import { commandLine } from "@rolecast/server";
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
  /** The server can't write its database any more; the next process may, so start it again. */
  storeFailed: 5,
} as const;

/** The message for the person at the terminal, one sentence that says what to do. */
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
  endpointOf: () => string,
): { readonly message: string; readonly exitCode: number } | undefined {
  if (error instanceof CommandError) return error;
  if (!(error instanceof Error)) return undefined;
  const cause = error.cause instanceof Error ? error.cause : error;
  const endpoint = endpointOf();
  const isFetchFailure = error instanceof TypeError && error.message === "fetch failed";
  if (isFetchFailure || UNREACHABLE.includes(codeOf(cause))) {
    const message = `${nothingAnswers(endpoint)} Or name another one with --endpoint.`;
    return { message, exitCode: EXIT.unreachable };
  }
  if ("$metadata" in error) {
    if (error instanceof SyntaxError) {
      return { message: notRolecast(endpoint), exitCode: EXIT.unreachable };
    }
    const hint = KEY_REFUSALS.includes(error.name) ? ` ${KEY_HINT}` : "";
    return { message: `${error.name}: ${error.message}${hint}`, exitCode: EXIT.refused };
  }
  if (["PolicyCompileError", "DataFolderInUseError", "MediaError"].includes(error.name)) {
    return { message: error.message, exitCode: EXIT.failed };
  }
  const fileFailure = FILE_FAILURES.get(codeOf(error));
  if (fileFailure !== undefined) {
    const path = "path" in error ? `${String(error.path)}: ` : "";
    return { message: `${path}${fileFailure}`, exitCode: EXIT.failed };
  }
  return undefined;
}

export function nothingAnswers(endpoint: string): string {
  return `nothing answers at ${endpoint}. Start a server with \`${commandLine("start")}\`.`;
}

export function notRolecast(endpoint: string): string {
  return `what answers at ${endpoint} isn't Rolecast. Name another server with --endpoint.`;
}

const UNREACHABLE = ["ECONNREFUSED", "ENOTFOUND", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH"];
/** The services' error codes for an unknown key and for a wrong secret. */
const KEY_REFUSALS = [
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "InvalidAccessKeyId",
];
const KEY_HINT =
  "The key is that of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else of AWS_PROFILE, else test/test.";

const FILE_FAILURES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ENOENT: "there is no such file or folder.",
    EACCES: "this user may not read or write it.",
    EISDIR: "this is a folder; a file is wanted.",
    ENOTDIR: "a part of this path is a file, not a folder.",
    EEXIST: "this is there already.",
    ENOSPC: "the disk is full.",
  }),
);

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
