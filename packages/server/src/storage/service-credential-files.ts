import { join } from "node:path";
import { pathBelow } from "../kernel/files/path-below.ts";
import { makeFolderDurably, writeDurably } from "../kernel/files/write-durably.ts";
import type { OutsideService } from "../kernel/ports/linked-services.ts";

/** A linked service and the file of its key. */
export interface ServiceCredentialsFile {
  readonly servicePrincipal: string;
  /** For `AWS_SHARED_CREDENTIALS_FILE`. */
  readonly file: string;
}

/**
 * Writes each linked service's key into a file of its own, in the form that AWS's SDKs read. Only
 * the user whose data folder this is may read it.
 */
export async function writeServiceCredentials(
  dataDir: string,
  services: readonly OutsideService[],
): Promise<readonly ServiceCredentialsFile[]> {
  const folder = join(dataDir, "linked-services");
  const files: ServiceCredentialsFile[] = [];
  for (const { servicePrincipal, accessKeyId, secretAccessKey } of services) {
    await makeFolderDurably(folder);
    const file = pathBelow(folder, `${servicePrincipal}.credentials`);
    const lines = [
      "[default]",
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      "",
    ];
    await writeDurably(file, lines.join("\n"), { ifExists: "replace" });
    files.push({ servicePrincipal, file });
  }
  return files;
}
