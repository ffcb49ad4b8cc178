import {
  ConfigError,
  DataFolderError,
  flagOf,
  StoreUnavailableError,
  UnusableDatabaseError,
} from "@rolecast/server";
import { PROTOCOLS_BY_NAME } from "./ingest-protocols.ts";

const PORT_FLAGS = PROTOCOLS_BY_NAME.map(({ portName }) => flagOf(portName))
  .join(", ")
  .replace(/, (?=[^,]*$)/, " and ");

/** Errors whose message says what to do. */
const EXPLAINED = [ConfigError, DataFolderError, StoreUnavailableError, UnusableDatabaseError];

/** Says whether starting it again would change nothing. */
export function isMisconfigured(error: unknown): boolean {
  return error instanceof ConfigError || error instanceof UnusableDatabaseError;
}

/** Returns the message for a failure that the user can mend; undefined for our own bugs. */
export function explainStartFailure(error: unknown): string | undefined {
  if (EXPLAINED.some((kind) => error instanceof kind)) return String((error as Error).message);
  if (!(error instanceof Error)) return undefined;
  // The media engine says where it couldn't listen; the cause says why.
  if (error.cause !== undefined) return explainStartFailure(error.cause);
  if (!("code" in error)) return undefined;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  switch (error.code) {
    case "EADDRINUSE":
      return (
        `Port${port} is in use. Stop what uses it, ` +
        `or choose others with --port, ${PORT_FLAGS} (0 takes a free one).`
      );
    case "EACCES":
      return `Not permitted: ${error.message}. Ports below 1024 and foreign folders need rights.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `This machine doesn't have the address given with --host: ${error.message}.`;
    case "ENOSPC":
    case "EDQUOT":
      return "The disk that holds the data folder is full. Make room there, then start again.";
    case "ENOENT":
    case "ENOTDIR":
    case "EROFS":
      return error.message;
    default:
      return undefined;
  }
}
