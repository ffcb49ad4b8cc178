import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Reads a file that the build writes (`scripts/build.ts`). Rejects where there was none yet. */
export async function readGenerated(fileName: string): Promise<Buffer> {
  const candidates = [
    // Beside the bundle, as it is published.
    `./${fileName}`,
    // From source: kernel/files/ → packages/server/generated/.
    `../../../generated/${fileName}`,
    // From packages/cli/dist/ in the repository.
    `../../server/generated/${fileName}`,
  ].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  for (const candidate of candidates) {
    try {
      return await readFile(candidate);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  throw new Error(`${fileName} is missing (looked for ${candidates.join(", ")}): run the build`);
}
