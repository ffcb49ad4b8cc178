import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { promisify } from "node:util";

const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";
const CTRL_BACKSLASH = "\u001c";

/**
 * Gives the terminal back if this process couldn't: killed, or aborted by V8. It waits for the end
 * of a pipe that ends with the process, and changes nothing where somebody else has set the
 * terminal since.
 */
const GUARD = `trap "" INT QUIT TSTP TTIN TTOU HUP TERM
read -r _ <&3
[ "$(stty -g)" = "$2" ] && stty "$1"`;

/** Whether a person sits at the command: who pipes it, or runs it in CI, presses no keys. */
function isInteractive(): boolean {
  const { stdin, stdout, env, platform } = process;
  return Boolean(stdin.isTTY && stdout.isTTY) && !env.CI && platform !== "win32";
}

/**
 * Reads single keys from the terminal while the process is in its foreground; Ctrl-C, Ctrl-Z and
 * Ctrl-\ do what they do everywhere. Resolves to false, having changed nothing, where nobody
 * presses keys.
 */
export async function listenForKeys(onKey: (key: string) => void): Promise<boolean> {
  if (!isInteractive() || !(await isInForeground())) return false;
  const { stdin } = process;
  const before = await terminalState();
  if (before === undefined) return false;
  stdin.setEncoding("utf8");
  // Its terminal may go away.
  stdin.on("error", () => stdin.pause());
  stdin.on("data", (text: string) => {
    if (text.includes(CTRL_C)) process.kill(0, "SIGINT");
    else if (text.includes(CTRL_BACKSLASH)) process.kill(0, "SIGQUIT");
    else if (text.includes(CTRL_Z)) suspend();
    // More at once is pasted text, or a key with an escape sequence.
    else if (text.length === 1) onKey(text);
  });
  process.on("SIGCONT", () => {
    // Where its terminal has gone, there are no keys.
    resume().catch(() => stdin.pause());
  });
  stdin.setRawMode(true);
  await startGuard(before);
  return true;
}

/** As the terminal does it: the whole group of processes stops, and the shell has the terminal. */
function suspend(): void {
  process.stdin.setRawMode(false);
  process.stdin.pause();
  process.kill(0, "SIGTSTP");
}

/** In the background, a process that reads from its terminal or sets it is stopped. */
async function resume(): Promise<void> {
  const { stdin } = process;
  stdin.pause();
  if (!(await isInForeground())) return;
  // The shell has set the terminal meanwhile, which Node doesn't know.
  stdin.setRawMode(false);
  stdin.setRawMode(true);
  stdin.resume();
}

async function startGuard(before: string): Promise<void> {
  const own = await terminalState();
  const args = ["-c", GUARD, "sh", before, own ?? ""];
  const guard = spawn("sh", args, { stdio: ["inherit", "ignore", "ignore", "pipe"] });
  // Without a shell there is none.
  guard.on("error", () => {});
  guard.unref();
  (guard.stdio[3] as Socket | undefined)?.unref();
}

/** All settings of the terminal as `stty` writes them for itself; undefined without a `stty`. */
function terminalState(): Promise<string | undefined> {
  const stty = spawn("stty", ["-g"], { stdio: ["inherit", "pipe", "ignore"] });
  let text = "";
  stty.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve) => {
    stty.once("error", () => resolve(undefined));
    stty.once("close", (code) => resolve(code === 0 ? text.trim() : undefined));
  });
}

/** Whether the terminal is this process's now, and not a shell's that started it by `&`. */
async function isInForeground(): Promise<boolean> {
  try {
    const [own, terminals] = await processGroups();
    return own !== undefined && own === terminals;
  } catch {
    // Nothing tells: no keys are better than a server that is stopped.
    return false;
  }
}

/** The process's own group, and the one in the terminal's foreground. */
async function processGroups(): Promise<readonly (string | undefined)[]> {
  if (process.platform !== "linux") {
    const args = ["-o", "pgid=,tpgid=", "-p", String(process.pid)];
    return (await promisify(execFile)("ps", args)).stdout.trim().split(/\s+/);
  }
  const stat = await readFile("/proc/self/stat", "latin1");
  // After the program's name, which may hold spaces: state, parent, group, session, terminal, …
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return [group, foreground];
}
