import type { IamParts } from "../parts.ts";
import {
  type AccessKey,
  accessKeysOf,
  deleteAccessKey,
  replaceRootKey,
} from "../rows/access-keys.ts";
import {
  type Account,
  allAccounts,
  deleteAccount,
  deleteConfiguredAccounts,
  insertAccount,
} from "../rows/accounts.ts";
import type { Db, IamTables } from "../tables.ts";

/** An account of the configuration, with its root user's key. */
export interface RootAccount {
  readonly id: string;
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
}

/**
 * Makes the accounts that don't exist and gives all of them the root keys of the configuration.
 * Accounts that the configuration no longer names lose that key and keep everything else. Where all
 * of that is so already, as after most starts, nothing is written.
 */
export async function bootstrapAccounts(
  parts: IamParts,
  accounts: readonly RootAccount[],
): Promise<void> {
  await parts.store.tables<IamTables>().transaction(async (tx) => {
    const known = await allAccounts(tx.db);
    if (await areAsConfigured(tx.db, parts, known, accounts)) return;
    const nowMs = parts.clock.nowMs();
    // Emptied first, so that two accounts may exchange their keys.
    await deleteConfiguredAccounts(tx.db);
    for (const { id, rootAccessKeyId, rootSecretAccessKey } of accounts) {
      const before = known.find((row) => row.account_id === id);
      // One that Organizations made may have come into the configuration since.
      await deleteAccount(tx.db, id);
      await insertAccount(tx.db, {
        account_id: id,
        root_access_key_id: rootAccessKeyId,
        created_ms: before?.created_ms ?? nowMs,
      });
      const sealed = parts.secrets.seal(rootSecretAccessKey, rootAccessKeyId);
      await replaceRootKey(tx.db, { accountId: id, keyId: rootAccessKeyId, sealed, nowMs });
      await parts.generations.bump(tx, id);
    }
    const configured = new Set(accounts.map(({ rootAccessKeyId }) => rootAccessKeyId));
    for (const { account_id: id, root_access_key_id: keyId } of known) {
      if (keyId !== null && !configured.has(keyId)) await deleteAccessKey(tx.db, keyId);
      await parts.generations.bump(tx, id);
    }
  });
}

async function areAsConfigured(
  db: Db,
  { secrets }: Pick<IamParts, "secrets">,
  known: readonly Account[],
  accounts: readonly RootAccount[],
): Promise<boolean> {
  const keyOf = new Map(known.map((row) => [row.account_id, row.root_access_key_id]));
  const keyed = known.filter((row) => row.root_access_key_id !== null);
  if (keyed.length !== accounts.length) return false;
  for (const { id, rootAccessKeyId, rootSecretAccessKey } of accounts) {
    if (keyOf.get(id) !== rootAccessKeyId) return false;
    const key = (await accessKeysOf(db, id)).find((row) => row.access_key_id === rootAccessKeyId);
    if (key?.account_id !== id || key.status !== "Active") return false;
    if (secretOf(key, secrets) !== rootSecretAccessKey) return false;
  }
  return true;
}

/** Undefined where it can't be opened: the configuration's is written over it. */
function secretOf(key: AccessKey, secrets: IamParts["secrets"]): string | undefined {
  try {
    return secrets.open(key.secret_sealed, key.access_key_id);
  } catch {
    return undefined;
  }
}
