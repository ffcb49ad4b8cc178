import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "./report.ts";
import { at, listAt, ROOT, type Stage } from "./stage.ts";

/** The keys below a prefix. */
export async function keysBelow(stage: Stage, Bucket: string, Prefix: string): Promise<string[]> {
  const listed = await stage.call("s3", "ListObjectsV2", { Bucket, Prefix }, ROOT);
  return listAt(listed, "Contents").map((object) => String(at(object, "Key")));
}

/** Saves objects below the demo's folder, under their keys. */
export async function download(
  stage: Stage,
  Bucket: string,
  keys: readonly string[],
): Promise<void> {
  for (const Key of keys) {
    const outFile = join(stage.workDir, Key);
    await mkdir(dirname(outFile), { recursive: true });
    const answer = await stage.client.call({
      service: "s3",
      operation: "GetObject",
      input: { Bucket, Key },
      key: ROOT,
      outFile,
    });
    expect(answer.ok, `GetObject ${Key} was refused`);
  }
}
