import type { DecisionRequest } from "@rolecast/policy";
import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type {
  NotedCall,
  PermissionUse,
  PermissionUses,
} from "../../../kernel/ports/permission-uses.ts";
import type { Reader, Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { WriteBehind } from "../../../kernel/work/write-behind.ts";
import type { IamToolboxTables } from "../tables.ts";
import { loadUses, pruneUses, usesOf, writeUses } from "./use-rows.ts";
import { UsesOfPrincipal, usingId, usingPrincipal } from "./uses-of-principal.ts";

/** Uses are written this long after the first of them. */
const FLUSH_DELAY_MS = 10_000;
/** A use that is in the database is written again when it is so much later. */
const REWRITTEN_AFTER_MS = 60_000;
/** At so many resources in memory what has been written is forgotten, and read when needed. */
const RESOURCES_IN_MEMORY_MAX = 50_000;
/** AWS's analyzers look back at most 365 days. */
const KEPT_MS = 365 * 24 * 60 * 60_000;
/** The most uses kept of one account, at most some 100 MB: the oldest go. */
const USES_MAX = 100_000;
const PRUNE_INTERVAL_MS = 60 * 60_000;

/**
 * The permissions that users and roles have used, each once with its first and last time. Noting
 * costs a few map entries; uses are written in batches, so a crash forgets the last seconds' uses
 * and nothing else.
 */
export class RememberedUses implements PermissionUses {
  readonly #store: Store<IamToolboxTables>;
  readonly #clock: Clock;
  readonly #writes: WriteBehind;
  readonly #principals = new Map<string, UsesOfPrincipal>();
  /** Resources in memory, of all principals. */
  #resources = 0;
  #prunedMs = 0;

  constructor(deps: { store: Store; clock: Clock; log: Log }) {
    this.#store = deps.store.tables<IamToolboxTables>();
    this.#clock = deps.clock;
    this.#writes = new WriteBehind({
      afterMs: FLUSH_DELAY_MS,
      write: () => this.#write(),
      failed: (err) => deps.log.warn({ err }, "Used permissions couldn't be written."),
    });
  }

  note(request: DecisionRequest, call: NotedCall, isDenied: boolean): void {
    const { principal } = request;
    const id = usingId(principal);
    if (id === undefined) return;
    let uses = this.#principals.get(id);
    if (!uses) {
      uses = new UsesOfPrincipal(usingPrincipal(principal, id));
      this.#principals.set(id, uses);
    }
    this.#resources += uses.note(request, call, isDenied);
    if (this.#resources > RESOURCES_IN_MEMORY_MAX) this.#writes.hurry();
    else this.#writes.mark();
  }

  async list(
    accountId: string,
    about: { readonly principalArn?: string | undefined; readonly sinceMs: number },
    reader: Reader,
  ): Promise<readonly PermissionUse[]> {
    for (const uses of this.#principals.values())
      if (uses.principal.accountId === accountId) uses.isAskedFor = true;
    if (!reader.inTransaction) await this.#writes.flush();
    return usesOf(reader.db<IamToolboxTables>(), accountId, about);
  }

  start(): void {
    this.#writes.start();
  }

  /** Writes what was noted. What is noted later is kept in memory until the next start. */
  close(): Promise<void> {
    for (const uses of this.#principals.values()) uses.isAskedFor = true;
    return this.#writes.close();
  }

  /** Forgets everything: the database has been emptied. */
  clear(): void {
    this.#writes.forget();
    this.#principals.clear();
    this.#resources = 0;
  }

  async #write(): Promise<void> {
    for (const uses of [...this.#principals.values()]) {
      if (!uses.hasChanged) continue;
      uses.hasChanged = false;
      try {
        await this.#writeOne(uses);
      } catch (error) {
        uses.hasChanged = true;
        throw error;
      }
      await nextTurn();
    }
    this.#forgetSome();
    await this.#prune();
  }

  async #writeOne(uses: UsesOfPrincipal): Promise<void> {
    if (!uses.isLoaded) await loadUses(this.#store.db, uses);
    uses.isLoaded = true;
    const afterMs = uses.isAskedFor ? 0 : REWRITTEN_AFTER_MS;
    uses.isAskedFor = false;
    for (const used of uses.actions()) {
      const changed = used.resources.changed(afterMs);
      if (changed.length === 0) continue;
      await this.#store.transaction(({ db }) => writeUses(db, uses.principal, used, changed));
      used.resources.written(changed);
    }
  }

  #forgetSome(): void {
    this.#resources = 0;
    for (const uses of this.#principals.values()) this.#resources += uses.size;
    if (this.#resources <= RESOURCES_IN_MEMORY_MAX / 2) return;
    for (const [id, uses] of this.#principals) {
      if (uses.hasChanged) continue;
      this.#resources -= uses.size;
      this.#principals.delete(id);
    }
  }

  async #prune(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#prunedMs < PRUNE_INTERVAL_MS) return;
    this.#prunedMs = nowMs;
    const kept = { beforeMs: nowMs - KEPT_MS, usesMax: USES_MAX };
    const accounts = new Set(
      [...this.#principals.values()].map((uses) => uses.principal.accountId),
    );
    for (const accountId of accounts) {
      await this.#store.transaction(({ db }) => pruneUses(db, accountId, kept));
      await nextTurn();
    }
  }
}
