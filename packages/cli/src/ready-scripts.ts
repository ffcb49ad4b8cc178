import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { ReadyScript, ReadyScripts } from "@rolecast/server";
import { childEnvironment } from "./child-environment.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  ".sh": "bash",
  ".py": "python3",
  ".js": process.execPath,
  ".mjs": process.execPath,
};

/** The scripts of a `ready.d` folder, by name; a file of another kind isn't one. */
export function listReadyScripts(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && PROGRAMS[extname(entry.name)] !== undefined)
    .map((entry) => join(folder, entry.name))
    .sort();
}

/**
 * Runs them one after another, with `environment` in addition to the command's own, and with
 * `umask`. One that fails is reported and keeps neither the next ones from running nor the server
 * from serving. `show` hears how far they are.
 */
export async function runReadyScripts(
  scripts: readonly string[],
  environment: Readonly<Record<string, string>>,
  umask: number,
  show: (progress: ReadyScripts) => void,
): Promise<void> {
  const states = new Map<string, ReadyScript["state"]>(scripts.map((one) => [one, "UNKNOWN"]));
  const report = (completed: boolean) =>
    show({
      completed,
      scripts: [...states].map(([script, state]) => ({ name: basename(script), state })),
    });
  for (const script of scripts) {
    states.set(script, "RUNNING");
    report(false);
    const failure = await runScript(script, environment, umask);
    states.set(script, failure === undefined ? "SUCCESSFUL" : "ERROR");
    if (failure === undefined) process.stdout.write(`Ready script ${script}: done.\n`);
    else process.stderr.write(`rolecast: the ready script ${script} ${failure}\n`);
  }
  report(true);
}

function runScript(
  script: string,
  environment: Readonly<Record<string, string>>,
  umask: number,
): Promise<string | undefined> {
  const own = process.umask(umask);
  const child = spawn(PROGRAMS[extname(script)] ?? "", [script], {
    stdio: ["ignore", "inherit", "inherit"],
    env: childEnvironment(environment),
  });
  process.umask(own);
  const stop = () => child.kill();
  process.once("exit", stop);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`can't run: ${error.message}`));
    child.once("exit", (code, signal) => {
      process.removeListener("exit", stop);
      resolve(code === 0 ? undefined : `ended with ${code ?? signal}`);
    });
  });
}
