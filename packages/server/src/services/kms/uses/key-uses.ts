import type { Log } from "../../../kernel/ports/log.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Store } from "../../../kernel/store.ts";
import { UseNotes } from "../../../kernel/work/use-notes.ts";
import { WriteBehind } from "../../../kernel/work/write-behind.ts";
import { dryRun } from "../errors.ts";
import { findKeyUse, writeKeyUse } from "../rows/key-uses.ts";
import type { KeyRow, KeyUseRow, KmsTables } from "../tables.ts";

/** Uses are written this long after the first of them. */
const FLUSH_DELAY_MS = 10_000;

type KeyPlace = Pick<KeyRow, "region" | "key_id">;

/**
 * Notes when keys were last used. A note costs a map entry; a crash forgets the last few seconds of
 * use and nothing else.
 */
export class KeyUses {
  readonly #store: Store<KmsTables>;
  readonly #writes: WriteBehind;
  readonly #notes = new UseNotes<KeyUseRow>();

  constructor(store: Store, log: Log) {
    this.#store = store.tables<KmsTables>();
    this.#writes = new WriteBehind({
      afterMs: FLUSH_DELAY_MS,
      write: () => this.#write(),
      failed: (err) => log.warn({ err }, "When KMS keys were last used couldn't be written."),
    });
  }

  /**
   * Ends a cryptographic operation that has succeeded. Throws DryRunOperationException for a dry
   * run, which is no use.
   */
  done(
    operation: string,
    { region, key_id }: KeyPlace,
    { DryRun }: { readonly DryRun?: boolean | undefined },
    { nowMs, requestId }: Pick<RequestContext, "nowMs" | "requestId">,
  ): void {
    if (DryRun) throw dryRun();
    const use = { region, key_id, operation, used_ms: nowMs, request_id: requestId };
    if (this.#notes.add(nameOf(use), use)) this.#writes.hurry();
    else this.#writes.mark();
  }

  async lastUse(place: KeyPlace, context: RequestContext): Promise<KeyUseRow | undefined> {
    const written = await findKeyUse(place, context.db<KmsTables>());
    const noted = this.#notes.latest.get(nameOf(place));
    return noted && noted.used_ms >= (written?.used_ms ?? 0) ? noted : written;
  }

  start(): void {
    this.#writes.start();
  }

  close(): Promise<void> {
    return this.#writes.close();
  }

  /** Forgets everything: the database has been emptied. */
  clear(): void {
    this.#writes.forget();
    this.#notes.clear();
  }

  async #write(): Promise<void> {
    const notes = this.#notes.unwritten();
    for (const [, use] of notes) {
      await this.#store.transaction(({ db }) => writeKeyUse(use, db));
    }
    this.#notes.written(notes);
  }
}

function nameOf({ region, key_id }: KeyPlace): string {
  return `${region} ${key_id}`;
}
