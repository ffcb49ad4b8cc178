import { once } from "node:events";
import { COMMAND } from "../../support/rolecast-command.ts";
import { startForFile } from "../../support/started-processes.ts";

/** A command that hasn't ended by then hangs; it is killed, so that the test says so itself. */
export const ENDS_WITHIN_MS = 30_000;

export interface CommandLine {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The lines on its standard input, which stays open after them. */
  readonly input?: string | undefined;
  /** It serves or follows: once it has printed this, it gets SIGINT. */
  readonly interruptAfter?: RegExp | undefined;
}

export interface Ending {
  /** The exit code, or the signal that ended it. */
  readonly ended: number | string;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command to its end; rejects where it doesn't come to it. */
export async function runToItsEnd(line: CommandLine): Promise<Ending> {
  const { args, cwd, env, input, interruptAfter } = line;
  const child = startForFile(process.execPath, [COMMAND, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const printed = { out: "", err: "" };
  let isInterrupted = false;
  const read = (stream: "out" | "err") => (chunk: Buffer) => {
    printed[stream] += chunk.toString();
    if (isInterrupted || !interruptAfter?.test(printed.out + printed.err)) return;
    isInterrupted = true;
    child.kill("SIGINT");
  };
  child.stdout?.on("data", read("out"));
  child.stderr?.on("data", read("err"));
  child.stdin?.write(input ?? "");
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, ENDS_WITHIN_MS);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(deadline);
  const { out, err } = printed;
  if (isLate) throw new Error(`rolecast ${args.join(" ")} didn't end. It printed:\n${out}${err}`);
  if (interruptAfter && !isInterrupted)
    throw new Error(`rolecast ${args.join(" ")} ended by itself. It printed:\n${out}${err}`);
  return { ended: code ?? signal ?? "", out, err };
}
