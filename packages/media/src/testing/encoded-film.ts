import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** It goes when node_modules is installed anew. */
const DIR = join(import.meta.dirname, "../../../../node_modules/.cache/films");

const encoding = new Map<string, Promise<string>>();

/**
 * The path of the FLV file that ffmpeg makes of these arguments. Many tests publish the same film:
 * it is encoded by the first of them, and kept for later runs.
 */
export function encodedFilm(args: readonly string[]): Promise<string> {
  const name = createHash("sha256").update(JSON.stringify(args)).digest("hex");
  const known = encoding.get(name) ?? encode(join(DIR, `${name}.flv`), args);
  encoding.set(name, known);
  return known;
}

async function encode(file: string, args: readonly string[]): Promise<string> {
  if (existsSync(file)) return file;
  await mkdir(DIR, { recursive: true });
  // Another process may be encoding it too: the last one's replaces the others', which are equal.
  const unfinished = `${file}.${randomUUID()}.flv`;
  const quiet = ["-v", "error", "-nostdin"];
  await promisify(execFile)("ffmpeg", [...quiet, ...args, "-threads", "1", unfinished]);
  await rename(unfinished, file);
  return file;
}
