import { createHash, randomUUID } from "node:crypto";
import type { ConfigInput } from "@rolecast/server";
import { Ceph } from "./ceph.ts";
import { askFor, type RunWideProgram } from "./run-wide.ts";

/** With `TESTS_OBJECTS=start` the servers of tests keep objects' bytes in Ceph. */
const STARTS = process.env.TESTS_OBJECTS === "start";

/** Shorter bodies are inline there, so that tests meet both kinds. */
export const TEST_INLINE_BYTES = STARTS ? 16 : undefined;

export const SHARED_CEPH = { variable: "TESTS_CEPH", start };

async function start(): Promise<RunWideProgram> {
  const ceph = await Ceph.start();
  const bucket = await ceph.createBucket();
  const url = JSON.stringify(ceph.objects(bucket));
  return { url, remove: () => ceph.close() };
}

/** The setting `objects` of a server with this data folder; undefined for files in it. */
export async function testObjects(data: string): Promise<ConfigInput["objects"]> {
  if (!STARTS) return undefined;
  const whole = JSON.parse(await askFor(SHARED_CEPH.variable)) as ConfigInput["objects"];
  const name =
    data === "memory" ? randomUUID() : createHash("sha256").update(data).digest("hex").slice(0, 16);
  return whole && { ...whole, prefix: `${name}/` };
}
