import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OutsideService } from "../kernel/linked-services.ts";

/** A linked service and where its key is kept for it. */
export interface ServiceCredentialsFile {
  readonly servicePrincipal: string;
  /** For `AWS_SHARED_CREDENTIALS_FILE`. */
  readonly file: string;
}

/**
 * Writes each linked service's key into a file of its own, in the form that AWS's SDKs read. Only
 * the user whose data folder this is may read it.
 */
export function writeServiceCredentials(
  dataDir: string,
  services: readonly OutsideService[],
): readonly ServiceCredentialsFile[] {
  const folder = join(dataDir, "linked-services");
  return services.map(({ servicePrincipal, accessKeyId, secretAccessKey }) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${servicePrincipal}.credentials`);
    const lines = [
      "[default]",
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      "",
    ];
    writeFileSync(file, lines.join("\n"), { mode: 0o600 });
    return { servicePrincipal, file };
  });
}
