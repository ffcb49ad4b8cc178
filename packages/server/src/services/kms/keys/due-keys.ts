import type { Kysely } from "kysely";
import type { Clock } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { KeyMaterials } from "../ciphertext/key-materials.ts";
import {
  findLivingKey,
  keysToDelete,
  keysToEmpty,
  keysToRotate,
  relatedKeys,
  removeKey,
  updateKey,
  updateRelated,
} from "../rows/keys.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { rotate } from "./key-rotations.ts";
import { DAY_MS, nextRotationMs } from "./rotation-dates.ts";
import { emptyKey } from "./stored-materials.ts";

/** Periods are counted in days; a deleted key is gone for requests at once. */
const EVERY_MS = 60_000;
const JITTER = 0.5;
/** Keys of one round, so that it stays short. */
const BATCH = 100;

interface DueKeysParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly materials: KeyMaterials;
}

/** Removes keys whose waiting period has ended, and rotates those that are due. */
export class DueKeys {
  readonly #store: Store<KmsTables>;
  readonly #parts: DueKeysParts;
  readonly #rounds: Periodic;

  constructor(parts: DueKeysParts) {
    this.#parts = parts;
    this.#store = parts.store.tables<KmsTables>();
    this.#rounds = new Periodic({
      everyMs: EVERY_MS,
      jitter: JITTER,
      round: (signal) => this.#round(signal),
      failed: (error) => parts.log.error({ error: errorClass(error) }, "keys that are due"),
    });
  }

  start(): void {
    this.#rounds.start();
    inBackground(this.#rounds.wake());
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  async #round(signal: AbortSignal): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    for (const key of await keysToDelete(nowMs, BATCH, this.#store.db)) {
      signal.throwIfAborted();
      await this.#store.transaction(({ db }) => endKey(key, db));
    }
    for (const key of await keysToEmpty(nowMs, BATCH, this.#store.db)) {
      signal.throwIfAborted();
      await this.#store.transaction(({ db }) => emptyKey(key, nowMs, db));
    }
    for (const key of await keysToRotate(nowMs, BATCH, this.#store.db)) {
      signal.throwIfAborted();
      await this.#rotate(key, nowMs);
    }
  }

  #rotate(key: KeyRow, nowMs: number): Promise<void> {
    return this.#store.transaction(async ({ db }) => {
      const current = await findLivingKey(key, nowMs, db);
      // Another node may have done it, or somebody has put it off.
      if (current?.rotation_ms !== key.rotation_ms || current.rotation_days === null) return;
      await rotate(current, "AUTOMATIC", nowMs, this.#parts.materials, db);
      const rotation_ms = nextRotationMs(nowMs, current.rotation_days);
      await updateRelated(current, { rotation_ms }, db);
    });
  }
}

/** Removes a key. A primary that waited for this replica alone begins its own waiting period. */
async function endKey(key: KeyRow, db: Kysely<KmsTables>): Promise<void> {
  const endMs = key.deletion_ms ?? 0;
  await removeKey(key, db);
  const [last, ...others] = await relatedKeys(key, endMs, db);
  if (last?.state !== "PendingReplicaDeletion" || others.length > 0) return;
  const deletion_ms = endMs + (last.deletion_days ?? 0) * DAY_MS;
  await updateKey(last, { state: "PendingDeletion", deletion_ms, deletion_days: null }, db);
}
