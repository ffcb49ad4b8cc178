import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import type { AuthorizationData } from "@rolecast/policy";

const FILE_NAME = "service-authorization.br";

let data: Promise<AuthorizationData> | undefined;

/**
 * AWS's Service Authorization Reference, from the file that the build writes
 * (`scripts/build-authorization-data.ts`). It is read once a process, when it is first asked for:
 * most never check a policy, and it takes some megabytes.
 */
export function readAuthorizationData(): Promise<AuthorizationData> {
  data ??= readFirst().catch((error: unknown) => {
    data = undefined;
    throw error;
  });
  return data;
}

async function readFirst(): Promise<AuthorizationData> {
  const candidates = [
    // Beside the bundle, as it is published.
    `./${FILE_NAME}`,
    // From source: services/access-analyzer/ → packages/server/generated/.
    `../../../generated/${FILE_NAME}`,
    // From packages/cli/dist/ in the repository.
    `../../server/generated/${FILE_NAME}`,
  ].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  for (const candidate of candidates) {
    try {
      const bytes = await readFile(candidate);
      const text = brotliDecompressSync(bytes.subarray(bytes.indexOf("\n") + 1));
      return JSON.parse(text.toString()) as AuthorizationData;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  throw new Error(`${FILE_NAME} is missing (looked for ${candidates.join(", ")}): run the build`);
}
