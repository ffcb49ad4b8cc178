import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { start } from "../media-ingest/bench-processes.ts";
import type { Sent } from "./encoders.ts";

/** A script of a benchmark, held to one core if its number is given. */
export function scriptOn(core: number | undefined, url: URL, ...args: string[]): ChildProcess {
  const all = ["--import", "tsx", fileURLToPath(url), ...args];
  return core === undefined
    ? start(process.execPath, all)
    : start("taskset", ["-c", String(core), process.execPath, ...all]);
}

export async function nextLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = "";
    const read = (bytes: Buffer): void => {
      line += String(bytes);
      if (line.endsWith("\n")) {
        child.stdout?.off("data", read);
        resolve(line);
      }
    };
    child.stdout?.on("data", read);
    child.once("exit", (status) => reject(new Error(`a process ended with ${status}`)));
  });
}

/** What its encoders sent until now. */
export async function askSent(encoders: ChildProcess): Promise<Sent[]> {
  const report = nextLine(encoders);
  encoders.kill("SIGUSR2");
  return JSON.parse(await report) as Sent[];
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function verdict(isMet: boolean): string {
  return isMet ? "pass" : "FAIL";
}
