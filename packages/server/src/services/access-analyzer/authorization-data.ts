import { brotliDecompressSync } from "node:zlib";
import type { AuthorizationData } from "@rolecast/policy";
import { readGenerated } from "../../kernel/files/read-generated.ts";

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
  const bytes = await readGenerated("service-authorization.br");
  const text = brotliDecompressSync(bytes.subarray(bytes.indexOf("\n") + 1));
  return JSON.parse(text.toString()) as AuthorizationData;
}
