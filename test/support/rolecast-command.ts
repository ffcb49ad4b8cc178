import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../../packages/cli/src/run-command-line.ts";
import { FREE_PORTS } from "./server-process.ts";

/** The command as it was built. */
export const COMMAND = fileURLToPath(
  new URL("../../packages/cli/bin/rolecast.js", import.meta.url),
);

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Surroundings {
  /** Variables besides the test's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** Runs the built command in a process of its own. */
export function runBuilt(
  args: readonly string[],
  { env = {}, cwd }: Surroundings = {},
): Promise<Outcome> {
  const options = { env: { ...ownVariables(), ...env }, cwd };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], options, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });
}

/** The process's variables without the tests' own, which a start refuses to know. */
function ownVariables(): NodeJS.ProcessEnv {
  const { ROLECAST_TEST_DATABASE: _, ...inherited } = process.env;
  return inherited;
}

let before: Promise<unknown> = Promise.resolve();

/**
 * Runs the command in the test's process, which takes a tenth of the processor time. One at a
 * time: standard output, variables and the working folder are the process's.
 */
export function rolecast(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Outcome> {
  const run = before.then(() => runHere(args, surroundings));
  before = run.catch(() => undefined);
  return run;
}

/** The outcome of a start that is refused, which is no different in a process of its own. */
export function refusedStart(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return rolecast(["start", ...FREE_PORTS, ...args], { env });
}

async function runHere(
  args: readonly string[],
  { env = {}, cwd = process.cwd() }: Surroundings,
): Promise<Outcome> {
  const { stdout, stderr, exitCode } = process;
  const kept = { env: process.env, cwd: process.cwd(), out: stdout.write, err: stderr.write };
  const umask = process.umask();
  const printed = { out: "", err: "" };
  process.env = { ...ownVariables(), ...env };
  process.chdir(cwd);
  process.exitCode = undefined;
  stdout.write = (text) => {
    printed.out += text;
    return true;
  };
  stderr.write = (text) => {
    printed.err += text;
    return true;
  };
  try {
    await runCommandLine(args);
    return { code: Number(process.exitCode ?? 0), ...printed };
  } catch (error) {
    // As node ends: with a stack.
    return {
      code: 1,
      out: printed.out,
      err: `${printed.err}${error instanceof Error ? error.stack : error}\n`,
    };
  } finally {
    stdout.write = kept.out;
    stderr.write = kept.err;
    process.exitCode = exitCode;
    process.umask(umask);
    process.chdir(kept.cwd);
    process.env = kept.env;
  }
}
