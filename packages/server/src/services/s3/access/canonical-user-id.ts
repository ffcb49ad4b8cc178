import { createHash } from "node:crypto";
import { LruMap } from "../../../kernel/lru-map.ts";

const REMEMBERED_MAX = 1024;
/** By account. */
const remembered = new LruMap<string, string>(REMEMBERED_MAX);

/**
 * S3's own 64-digit name of an account; AWS's is as opaque. The same account has always the same.
 */
export function canonicalUserId(accountId: string): string {
  const known = remembered.get(accountId);
  if (known !== undefined) return known;
  const id = createHash("sha256").update(`canonical-user:${accountId}`).digest("hex");
  remembered.set(accountId, id);
  return id;
}
