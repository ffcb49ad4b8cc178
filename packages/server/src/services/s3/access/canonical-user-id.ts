import { createHash } from "node:crypto";

/**
 * S3's own 64-digit name of an account; AWS's is as opaque. The same account has always the same.
 */
export function canonicalUserId(accountId: string): string {
  return createHash("sha256").update(`canonical-user:${accountId}`).digest("hex");
}
