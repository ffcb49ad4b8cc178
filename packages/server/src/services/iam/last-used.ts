import type { Log } from "../../kernel/log.ts";
import type { Store } from "../../kernel/store.ts";
import type { IamTables } from "./tables.ts";

/** Uses are written this long after the first of them: AWS, too, shows them with a delay. */
const FLUSH_DELAY_MS = 10_000;
/** Past this many different roles or keys the notes are written at once. */
const PENDING_MAX = 10_000;

export interface RoleUse {
  readonly region: string;
  readonly atMs: number;
}

export interface KeyUse extends RoleUse {
  /** The service's name as the credential scope has it, e.g. `s3`. */
  readonly service: string;
}

/**
 * When roles and access keys were last used. Noting costs a map entry; the database hears of it
 * in batches, so a crash forgets the last few seconds of use and nothing else.
 */
export class LastUsed {
  readonly #store: Store<IamTables>;
  readonly #log: Log;
  readonly #roles = new Map<string, RoleUse>();
  readonly #keys = new Map<string, KeyUse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, log: Log) {
    this.#store = store.tables<IamTables>();
    this.#log = log;
  }

  noteRole(roleId: string, use: RoleUse): void {
    this.#roles.set(roleId, use);
    this.#schedule();
  }

  noteKey(accessKeyId: string, use: KeyUse): void {
    this.#keys.set(accessKeyId, use);
    this.#schedule();
  }

  /** Use that the database doesn't know yet. */
  pendingRole(roleId: string): RoleUse | undefined {
    return this.#roles.get(roleId);
  }

  pendingKey(accessKeyId: string): KeyUse | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** Writes what is pending. */
  async flush(): Promise<void> {
    this.#stopTimer();
    if (this.#roles.size === 0 && this.#keys.size === 0) return;
    const roles = [...this.#roles];
    const keys = [...this.#keys];
    await this.#store.transaction(async ({ db }) => {
      for (const [roleId, use] of roles) {
        await db
          .updateTable("iam_roles")
          .set({ last_used_ms: use.atMs, last_used_region: use.region })
          .where("role_id", "=", roleId)
          .execute();
      }
      for (const [accessKeyId, use] of keys) {
        await db
          .updateTable("iam_access_keys")
          .set({
            last_used_ms: use.atMs,
            last_used_region: use.region,
            last_used_service: use.service,
          })
          .where("access_key_id", "=", accessKeyId)
          .execute();
      }
    });
    removeWritten(this.#roles, roles);
    removeWritten(this.#keys, keys);
  }

  /** Forgets what is pending: the database has been emptied. */
  clear(): void {
    this.#stopTimer();
    this.#roles.clear();
    this.#keys.clear();
  }

  #schedule(): void {
    const full = this.#roles.size + this.#keys.size === PENDING_MAX;
    if (full) this.#stopTimer();
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#flushInBackground(), full ? 0 : FLUSH_DELAY_MS);
    this.#timer.unref();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #flushInBackground(): void {
    this.flush().catch((error: unknown) => {
      // Kept in memory, and tried again with the next use.
      this.#log.warn({ err: error }, "When roles and keys were last used couldn't be written.");
    });
  }
}

/** What was noted anew while the writing went on stays. */
function removeWritten<Use>(pending: Map<string, Use>, written: readonly [string, Use][]): void {
  for (const [id, use] of written) if (pending.get(id) === use) pending.delete(id);
}
