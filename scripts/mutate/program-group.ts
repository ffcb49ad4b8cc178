import { type ChildProcess, fork } from "node:child_process";

/** The signals that end a script from outside, each with the exit code that shells expect. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The programs that a script has running, each with all that it started: they end when the script
 * is ended from outside.
 */
export class ProgramGroup {
  readonly #running = new Set<ChildProcess>();

  constructor(onEnd: () => void) {
    for (const [signal, code] of Object.entries(SIGNALS))
      process.once(signal, () => {
        for (const child of this.#running) this.end(child);
        onEnd();
        process.exit(code);
      });
  }

  /** Starts a module of Node's in a process group of its own, connected with this process. */
  start(
    module: string,
    args: readonly string[],
    { cwd, env = process.env }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
  ): { readonly child: ChildProcess; readonly exited: Promise<number | null> } {
    const child = fork(module, args, {
      cwd,
      env,
      // Not the flags of what compiles this script.
      execArgv: [],
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#running.add(child);
    const exited = new Promise<number | null>((resolve) =>
      child.once("exit", (code) => {
        // What it left running is over too.
        this.end(child);
        this.#running.delete(child);
        resolve(code);
      }),
    );
    return { child, exited };
  }

  end({ pid }: ChildProcess): void {
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}
