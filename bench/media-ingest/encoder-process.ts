import type { ChildProcess } from "node:child_process";
import { nextLine, script } from "./bench-processes.ts";
import type { Sent } from "./encoders.ts";

/** The offset of an encoder's keyframes: those of all encoders are spread over one interval. */
const KEYFRAME_INTERVAL_MS = 2_000;

interface EncoderOptions {
  /** Holds the process to this core. */
  readonly core?: number;
  /** All connect within so much time. */
  readonly withinMs?: number;
  /** When the first one connects, by the wall clock; left out, at once. */
  readonly beginAtMs?: number;
}

/** One encoder per key, in one process, connecting in that order. Resolves when all publish. */
export async function startEncoders(
  source: string,
  port: number,
  keys: readonly string[],
  { core, withinMs = KEYFRAME_INTERVAL_MS, beginAtMs = 0 }: EncoderOptions = {},
): Promise<ChildProcess> {
  const staggerMs = withinMs / keys.length;
  const args = [source, String(port), keys.join(","), String(staggerMs), String(beginAtMs)];
  const encoders = script("./encoders.ts", args, core);
  await nextLine(encoders);
  return encoders;
}

/** The bytes that its encoders have sent so far. */
export async function askSent(encoders: ChildProcess): Promise<Sent[]> {
  const report = nextLine(encoders);
  encoders.kill("SIGUSR2");
  return JSON.parse(await report) as Sent[];
}
