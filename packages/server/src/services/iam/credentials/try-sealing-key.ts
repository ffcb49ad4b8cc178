import type { Kysely } from "kysely";
import { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import type { Tables } from "../../../kernel/store.ts";
import { sealedSecrets } from "../rows/access-keys.ts";
import type { Db } from "../tables.ts";

/** The purpose that IAM's secrets are sealed for. Never changes. */
export const IAM_SECRETS = "rolecast iam stored secrets";

/** Users' keys that are tried: one that opens is enough. */
const KEYS_TRIED_MAX = 20;

/**
 * Tries a sealing key on the secrets of access keys, root users' first. An earlier version made
 * another key when it found none, so a database may hold secrets of several: one that opens
 * decides.
 */
export async function trySealingKey(
  db: Kysely<Tables>,
  sealingKey: Uint8Array,
): Promise<"opens" | "fails" | "empty"> {
  const box = new SecretBox(sealingKey, IAM_SECRETS);
  const secrets = await sealedSecrets(db as Db, KEYS_TRIED_MAX);
  if (secrets.length === 0) return "empty";
  return secrets.some(({ sealed, label }) => opens(box, sealed, label)) ? "opens" : "fails";
}

function opens(box: SecretBox, sealed: string, label: string): boolean {
  try {
    box.open(sealed, label);
    return true;
  } catch {
    return false;
  }
}
