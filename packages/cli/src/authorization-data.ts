import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import type { AuthorizationData } from "@rolecast/policy";

const FILE_NAME = "service-authorization.br";

/**
 * Reads AWS's Service Authorization Reference from the file that the build writes
 * (`scripts/build-authorization-data.ts`), beside the bundle or where the build puts it.
 */
export async function readAuthorizationData(): Promise<AuthorizationData> {
  const candidates = [`./${FILE_NAME}`, `../generated/${FILE_NAME}`].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  for (const candidate of candidates) {
    try {
      const bytes = await readFile(candidate);
      const data = bytes.subarray(bytes.indexOf("\n") + 1);
      return JSON.parse(brotliDecompressSync(data).toString()) as AuthorizationData;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  throw new Error(`${FILE_NAME} is missing (looked for ${candidates.join(", ")}): run the build`);
}
