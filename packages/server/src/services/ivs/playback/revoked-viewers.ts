import type { Clock } from "../../../kernel/clock.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { Store } from "../../../kernel/store.ts";
import { readRevocation, type Viewer } from "../rows/viewer-session-revocations.ts";
import type { IvsTables } from "../tables.ts";

/** A revocation that another process wrote is seen after this long at most. */
const KNOWN_FOR_MS = 1_000;
/** Viewers that are remembered; beyond them the database is asked more often. */
const VIEWERS_MAX = 50_000;
/** Answers for every request of a private channel's viewer whether its session was revoked. */
export class RevokedViewers {
  readonly #store: Store<IvsTables>;
  readonly #clock: Clock;
  readonly #known = new LruMap<string, { readonly versionMax: number; readonly atMs: number }>(
    VIEWERS_MAX,
  );

  constructor(store: Store, clock: Clock) {
    this.#store = store.tables<IvsTables>();
    this.#clock = clock;
  }

  async isRevoked(viewer: Viewer, version: number): Promise<boolean> {
    const key = keyOf(viewer);
    const nowMs = this.#clock.nowMs();
    const known = this.#known.get(key);
    if (known && nowMs - known.atMs < KNOWN_FOR_MS) return version <= known.versionMax;
    const versionMax = await readRevocation(viewer, this.#store.db);
    this.#known.set(key, { versionMax, atMs: nowMs });
    return version <= versionMax;
  }

  /** A revocation was written: the next request sees it. */
  forget(viewer: Viewer): void {
    this.#known.delete(keyOf(viewer));
  }
}

function keyOf({ channelArn, viewerId }: Viewer): string {
  return `${channelArn} ${viewerId}`;
}
