import { once } from "node:events";
import { createInterface } from "node:readline";
import { CommandError, EXIT } from "./command-error.ts";

/**
 * Asks a person before what can't be undone; `isSure` is `--yes`. Throws CommandError unless the
 * answer is yes, and where there is nobody to ask.
 */
export async function confirm(question: string, isSure = false): Promise<void> {
  if (isSure) return;
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY)
    throw new CommandError("this can't be undone, and nobody can be asked: say --yes.", EXIT.usage);
  const terminal = createInterface({ input: stdin, output: stderr });
  // Ctrl-C and Ctrl-D close it: that is a no.
  const closed = once(terminal, "close").then(() => "");
  const answered = new Promise<string>((resolve) =>
    terminal.question(`${question} [y/N] `, resolve),
  );
  const answer = await Promise.race([answered, closed]);
  terminal.close();
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CommandError("nothing was deleted.");
}
