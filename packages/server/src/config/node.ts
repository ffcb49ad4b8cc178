import { hostname } from "node:os";
import { join } from "node:path";
import type { Config } from "./settings.ts";

const EVERY_ADDRESS: readonly string[] = ["0.0.0.0", "::"];

/** The URL at which other nodes reach this one, which listens at `port`. */
export function nodeUrlOf({ nodeUrl, host }: Config, port: number): string {
  if (nodeUrl !== undefined) return nodeUrl;
  const name = EVERY_ADDRESS.includes(host) ? hostname() : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/**
 * The folders of recorded files that wait for the bucket, emptied at each start, and of segments
 * that a killed process leaves. Nothing is stored on a disk that is nearly full.
 */
export function spillOf({ recordingSpillBytes }: Config, nodeDir: string, freeBytesMin: number) {
  const folder = (name: string) => join(nodeDir, "ivs", name);
  const bounds = { bytesMax: recordingSpillBytes, freeBytesMin };
  return { folder: folder("spill"), segments: folder("segments"), ...bounds };
}
