import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { UseNotes } from "../../../kernel/work/use-notes.ts";
import { WriteBehind } from "../../../kernel/work/write-behind.ts";
import {
  type Access,
  type KeyUse,
  type RoleUse,
  writeAccesses,
  writeKeyUse,
  writeRoleUse,
} from "../rows/uses.ts";
import type { Db, IamTables } from "../tables.ts";

/** Uses are written this long after the first of them: AWS, too, shows them with a delay. */
const FLUSH_DELAY_MS = 10_000;
/** The number of notes in one transaction. */
const WRITTEN_AT_ONCE = 100;

/**
 * Notes when roles and access keys were last used, and which actions users and roles last called.
 * Noting costs a map entry; notes are written to the database in batches, so a crash forgets the
 * last few seconds of use and nothing else.
 */
export class LastUsed {
  readonly #store: Store<IamTables>;
  readonly #writes: WriteBehind;
  readonly #roles = new UseNotes<RoleUse>();
  readonly #keys = new UseNotes<KeyUse>();
  readonly #accesses = new UseNotes<Access>();

  constructor(store: Store, log: Log) {
    this.#store = store.tables<IamTables>();
    this.#writes = new WriteBehind({
      afterMs: FLUSH_DELAY_MS,
      write: () => this.#write(),
      failed: (err) => log.warn({ err }, "When roles and keys were last used couldn't be written."),
    });
  }

  noteRole(roleId: string, use: RoleUse): void {
    this.#mark(this.#roles.add(roleId, use));
  }

  noteKey(accessKeyId: string, use: KeyUse): void {
    this.#mark(this.#keys.add(accessKeyId, use));
  }

  /** Runs for every decided request, so it costs a map entry and no more. */
  noteAccess(access: Access): void {
    this.#mark(this.#accesses.add(`${access.entityId} ${access.action}`, access));
  }

  /** The latest use that this process knows of; the database may know a later one of another. */
  latestOfRole(roleId: string): RoleUse | undefined {
    return this.#roles.latest.get(roleId);
  }

  latestOfKey(accessKeyId: string): KeyUse | undefined {
    return this.#keys.latest.get(accessKeyId);
  }

  /** Resolves when everything noted before is in the database. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  start(): void {
    this.#writes.start();
  }

  /** Writes what was noted. What is noted later is kept in memory until the next start. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  async #write(): Promise<void> {
    const roles = this.#roles.unwritten();
    const keys = this.#keys.unwritten();
    const accesses = this.#accesses.unwritten();
    if (roles.length + keys.length + accesses.length === 0) return;
    await this.#inSteps(roles, async (some, db) => {
      for (const [roleId, use] of some) await writeRoleUse(db, roleId, use);
    });
    await this.#inSteps(keys, async (some, db) => {
      for (const [accessKeyId, use] of some) await writeKeyUse(db, accessKeyId, use);
    });
    await this.#inSteps(accesses, (some, db) =>
      writeAccesses(
        db,
        some.map(([, access]) => access),
      ),
    );
    this.#accesses.written(accesses);
    this.#roles.written(roles);
    this.#keys.written(keys);
  }

  /** Writes in transactions of a few notes each, so that others are served in between. */
  async #inSteps<Note>(
    notes: readonly Note[],
    write: (some: readonly Note[], db: Db) => Promise<void>,
  ): Promise<void> {
    for (let from = 0; from < notes.length; from += WRITTEN_AT_ONCE) {
      const some = notes.slice(from, from + WRITTEN_AT_ONCE);
      await this.#store.transaction(({ db }) => write(some, db));
      await nextTurn();
    }
  }

  /** Forgets everything: the database has been emptied. */
  clear(): void {
    this.#writes.forget();
    this.#roles.clear();
    this.#keys.clear();
    this.#accesses.clear();
  }

  #mark(isFull: boolean): void {
    if (isFull) this.#writes.hurry();
    else this.#writes.mark();
  }
}
