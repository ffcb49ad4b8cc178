import type { ChildProcess } from "node:child_process";
import { nextLine, script } from "./bench-processes.ts";
import type { Sent } from "./encoders.ts";

/** Where encoders set their keyframes: those of all of them are spread over one interval. */
const KEYFRAME_INTERVAL_MS = 2_000;

/** One encoder per key, in one process, held to one core if its number is given. Resolves when all publish. */
export async function startEncoders(
  source: string,
  port: number,
  keys: readonly string[],
  options: { readonly core?: number; readonly withinMs?: number } = {},
): Promise<ChildProcess> {
  const staggerMs = (options.withinMs ?? KEYFRAME_INTERVAL_MS) / keys.length;
  const args = [source, String(port), keys.join(","), String(staggerMs)];
  const encoders = script("./encoders.ts", args, options.core);
  await nextLine(encoders);
  return encoders;
}

/** What its encoders sent until now. */
export async function askSent(encoders: ChildProcess): Promise<Sent[]> {
  const report = nextLine(encoders);
  encoders.kill("SIGUSR2");
  return JSON.parse(await report) as Sent[];
}
