import { readFile } from "node:fs/promises";

/** The text of a policy's file; `-` is standard input. */
export async function policyText(file: string): Promise<string> {
  try {
    return await readFile(file === "-" ? "/dev/stdin" : file, "utf8");
  } catch (error) {
    // A read, other than an opening, doesn't say of what.
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}
