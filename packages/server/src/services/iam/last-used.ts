import type { Log } from "../../kernel/log.ts";
import type { Store } from "../../kernel/store.ts";
import type { IamTables } from "./tables.ts";

/** Uses are written this long after the first of them: AWS, too, shows them with a delay. */
const FLUSH_DELAY_MS = 10_000;
/** Past this many different roles or keys the notes are written at once and the oldest forgotten. */
const NOTES_MAX = 10_000;

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
  readonly #roles = new Notes<RoleUse>();
  readonly #keys = new Notes<KeyUse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, log: Log) {
    this.#store = store.tables<IamTables>();
    this.#log = log;
  }

  noteRole(roleId: string, use: RoleUse): void {
    this.#schedule(this.#roles.add(roleId, use));
  }

  noteKey(accessKeyId: string, use: KeyUse): void {
    this.#schedule(this.#keys.add(accessKeyId, use));
  }

  /** The latest use that this process knows of; the database may know a later one of another. */
  latestOfRole(roleId: string): RoleUse | undefined {
    return this.#roles.latest.get(roleId);
  }

  latestOfKey(accessKeyId: string): KeyUse | undefined {
    return this.#keys.latest.get(accessKeyId);
  }

  /** Writes what the database doesn't know. */
  async flush(): Promise<void> {
    this.#stopTimer();
    const roles = this.#roles.unwritten();
    const keys = this.#keys.unwritten();
    if (roles.length + keys.length === 0) return;
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
    this.#roles.written(roles);
    this.#keys.written(keys);
  }

  /** Forgets everything: the database has been emptied. */
  clear(): void {
    this.#stopTimer();
    this.#roles.clear();
    this.#keys.clear();
  }

  #schedule(isFull: boolean): void {
    if (isFull) this.#stopTimer();
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#flushInBackground(), isFull ? 0 : FLUSH_DELAY_MS);
    this.#timer.unref();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #flushInBackground(): void {
    this.flush().catch((error: unknown) => {
      // The notes are kept, and tried again with the next use.
      this.#log.warn({ err: error }, "When roles and keys were last used couldn't be written.");
    });
  }
}

/** Uses by id. They stay when they are written, because rows read before don't have them. */
class Notes<Use> {
  readonly latest = new Map<string, Use>();
  readonly #unwritten = new Set<string>();

  /** Whether the notes are so many that they should be written now. */
  add(id: string, use: Use): boolean {
    this.latest.set(id, use);
    this.#unwritten.add(id);
    return this.#unwritten.size === NOTES_MAX;
  }

  unwritten(): [id: string, use: Use][] {
    const notes: [string, Use][] = [];
    for (const id of this.#unwritten) {
      const use = this.latest.get(id);
      if (use !== undefined) notes.push([id, use]);
    }
    return notes;
  }

  written(notes: readonly [id: string, use: Use][]): void {
    for (const [id, use] of notes) if (this.latest.get(id) === use) this.#unwritten.delete(id);
    for (const id of this.latest.keys()) {
      if (this.latest.size <= NOTES_MAX) break;
      if (!this.#unwritten.has(id)) this.latest.delete(id);
    }
  }

  clear(): void {
    this.latest.clear();
    this.#unwritten.clear();
  }
}
