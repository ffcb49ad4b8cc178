import { createContext, Script } from "node:vm";
import { invalidPattern, patternMismatch } from "../errors.ts";

/** Some patterns take for ever on some values; the server waits for none longer than this. */
const MATCH_MS_MAX = 25;

let matcher: Script | undefined;

/**
 * Checks a value against its parameter's own pattern, each item of a list by itself. As in AWS's
 * examples (`.{8,20}` bounds the length), the pattern must match the whole value. Throws
 * InvalidAllowedPatternException and ParameterPatternMismatchException.
 */
export function checkPattern(pattern: string, values: readonly string[]): void {
  // Only a script of its own can be ended while it matches. Nothing in it is the caller's code.
  matcher ??= new Script("values.every((value) => new RegExp(source).test(value))");
  const given = createContext({ source: `^(?:${pattern})$`, values: [...values] });
  const before = process.cpuUsage();
  let fits: unknown;
  try {
    fits = matcher.runInContext(given, { timeout: MATCH_MS_MAX });
  } catch (error) {
    // Errors of the script's own world are no instances of this one's Error.
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
      const { user, system } = process.cpuUsage(before);
      // On a busy machine the time can pass without the pattern's having had the processor.
      if ((user + system) / 1000 < MATCH_MS_MAX / 2) {
        checkPattern(pattern, values);
        return;
      }
      throw invalidPattern("The allowed pattern takes too long to match.");
    }
    if (name === "SyntaxError")
      throw invalidPattern(`The allowed pattern isn't a regular expression: ${pattern}`);
    throw error;
  }
  if (fits !== true) throw patternMismatch(pattern);
}
