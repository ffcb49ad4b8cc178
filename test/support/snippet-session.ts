import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { commandsOf, fileNameOf, type Page, ROOT, type Snippet } from "./snippets.ts";

const COMMAND = join(ROOT, "packages/cli/bin/rolecast.js");
const MARK = "\u0001";
/** The program that runs a language's block; a shell's block is part of the session itself. */
const PROGRAMS: Readonly<Record<string, readonly [extension: string, program: string]>> = {
  python: ["py", "python3"],
  js: ["mjs", "node"],
  ts: ["mts", "node --import tsx"],
};

/** The SDK warns of old versions of Node; no page shows that. */
const QUIET = { NO_COLOR: "1", NODE_NO_WARNINGS: "1" };

/** The server of a page. */
export interface Place {
  readonly endpoint: string;
  readonly rtmpsPort: number;
  /** Folders of commands that come before those on PATH. */
  readonly commands: readonly string[];
}

export interface Ran {
  readonly snippet: Snippet;
  readonly output: string;
}

/**
 * Runs the blocks of a page one after another in one shell, as a reader would, in a folder of their
 * own. A block that fails ends the session: the last one of the answer is the one that failed.
 */
export async function runPage(
  page: Page,
  place: Place,
): Promise<{ readonly code: number | null; readonly ran: readonly Ran[] }> {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-snippets-"));
  const runnable = page.snippets.filter(({ flags }) => flags.includes("run"));
  try {
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    writeCommand(dir);
    for (const snippet of page.snippets) {
      const name = fileNameOf(snippet);
      if (name === undefined) continue;
      const file = join(dir, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${snippet.text}\n`);
    }
    const script = runnable.map((snippet, index) => {
      const command = commandOf(dir, { ...snippet, text: here(snippet.text, place) }, index);
      return `printf '${MARK}'\n${command}\n`;
    });
    const begin = ["exec 2>&1", "set -e", ...(setsOut(runnable) ? [] : [variablesOf(place)])];
    writeFileSync(join(dir, "session.sh"), [...begin, ...script].join("\n"));
    const { code, output } = await runShell(dir, [join(dir, "bin"), ...place.commands]);
    const outputs = output.split(MARK).slice(1);
    const ran = outputs.flatMap((text, index) => {
      const snippet = runnable[index];
      return snippet ? [{ snippet, output: text }] : [];
    });
    return { code, ran };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Pages that begin somewhere set the variables; readers of the others have set them before. */
function setsOut(runnable: readonly Snippet[]): boolean {
  return runnable.some(({ text }) => text.includes("export AWS_ENDPOINT_URL"));
}

function variablesOf({ endpoint }: Place): string {
  const key = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test";
  return `export AWS_ENDPOINT_URL=${endpoint} AWS_DEFAULT_REGION=us-east-1 ${key}`;
}

/** The pages name the ports that a server takes by itself; the tests' has others. */
export function here(text: string, { endpoint, rtmpsPort }: Place): string {
  return text
    .replaceAll("http://127.0.0.1:4566", endpoint)
    .replaceAll("localhost:4443", `localhost:${rtmpsPort}`);
}

function commandOf(dir: string, snippet: Snippet, index: number): string {
  const { language, flags } = snippet;
  const text = language === "console" ? commandsOf(snippet) : snippet.text;
  if (flags.includes("fails")) return `if ( ${text}\n); then exit 97; fi`;
  const [extension, program] = PROGRAMS[language] ?? [];
  if (extension === undefined) return text;
  const file = `snippet-${index}.${extension}`;
  writeFileSync(join(dir, file), text);
  return `${program} ${file}`;
}

/** `rolecast` and `npx rolecast`, as somebody who installed it has them. */
function writeCommand(dir: string): void {
  mkdirSync(join(dir, "bin"));
  const commands = { rolecast: `exec "${process.execPath}" "${COMMAND}" "$@"`, npx: 'exec "$@"' };
  for (const [name, line] of Object.entries(commands)) {
    writeFileSync(join(dir, "bin", name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(dir, "bin", name), 0o755);
  }
}

async function runShell(dir: string, commands: readonly string[]) {
  const child = spawn("bash", ["session.sh"], {
    cwd: dir,
    // A group of its own, so that nothing that it began outlives it.
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: [...commands, process.env.PATH].join(":"), HOME: dir, ...QUIET },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (part) => {
    output += part;
  });
  const closed = once(child, "close");
  const [code] = await once(child, "exit");
  if (child.pid !== undefined) endGroup(child.pid);
  await closed;
  return { code, output };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
