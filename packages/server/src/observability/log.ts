import pino from "pino";
import type { Config } from "../config/settings.ts";
import type { Log } from "../kernel/log.ts";

/** JSON lines on standard error, so that standard output stays the command's own. */
export function createLog(level: Config["logLevel"]): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, process.stderr);
}
