import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { withParent } from "../../packages/server/src/kernel/testing/with-parent.ts";

export interface MotoServer {
  readonly process: ChildProcess;
  /** From its spawn to its first answer. */
  readonly startMs: number;
}

const ATTEMPT_MS = 20;
const START_MS_MAX = 30_000;

/** Debian's python3-moto with python3-flask-cors; undefined where they aren't installed. */
export async function startMoto(port: number): Promise<MotoServer | undefined> {
  const startedMs = performance.now();
  const args = ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)];
  const env = { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" };
  const child = spawn(...withParent("/usr/bin/python3", args), { stdio: "ignore", env });
  while (child.exitCode === null && performance.now() - startedMs < START_MS_MAX) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer) return { process: child, startMs: performance.now() - startedMs };
    await pause(ATTEMPT_MS);
  }
  child.kill();
  return undefined;
}
