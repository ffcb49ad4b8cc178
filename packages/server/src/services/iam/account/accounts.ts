import type { IamParts } from "../parts.ts";
import { deleteAccessKey, replaceRootKey } from "../rows/access-keys.ts";
import {
  allAccounts,
  deleteAccount,
  deleteConfiguredAccounts,
  insertAccount,
} from "../rows/accounts.ts";
import type { IamTables } from "../tables.ts";

/** An account of the configuration, with its root user's key. */
export interface RootAccount {
  readonly id: string;
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
}

/**
 * Makes the accounts that don't exist and gives all of them the root keys of the configuration.
 * Accounts that the configuration no longer names lose that key and keep everything else.
 */
export async function bootstrapAccounts(
  parts: IamParts,
  accounts: readonly RootAccount[],
): Promise<void> {
  await parts.store.tables<IamTables>().transaction(async (tx) => {
    const known = await allAccounts(tx.db);
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
