import { startForFile } from "./started-processes.ts";

/** A program on a terminal of its own. */
export interface TerminalProcess {
  /** Everything that the terminal was sent so far, its escapes too. */
  shown(): string;
  /** Presses keys. */
  type(keys: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves to the exit code, as a shell counts it. */
  readonly exited: Promise<number | null>;
}

interface TerminalOptions {
  readonly columns?: number;
  /** Variables besides the tests' own; an undefined one is unset. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts a line of a shell on a terminal: util-linux's `script` makes one. */
export function startOnTerminal(
  line: string,
  { columns = 80, env = {} }: TerminalOptions = {},
): TerminalProcess {
  const { ROLECAST_TEST_DATABASE: _, CI: _ci, ...inherited } = process.env;
  const sized = `stty cols ${columns} rows 24; ${line}`;
  const child = startForFile("script", ["-qefc", sized, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...inherited, ...env },
  });
  let shown = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
  });
  return {
    shown: () => shown,
    type: (keys) => child.stdin?.write(keys),
    kill: (signal) => child.kill(signal),
    exited: new Promise((resolve) => child.once("close", resolve)),
  };
}
