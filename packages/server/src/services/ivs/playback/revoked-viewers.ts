import type { Kysely } from "kysely";
import type { Clock } from "../../../kernel/clock.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { Store } from "../../../kernel/store.ts";
import { parseResourceArn } from "../resource-arn.ts";
import type { IvsTables } from "../tables.ts";

/** A revocation that another process wrote is seen after this long at most. */
const KNOWN_FOR_MS = 1_000;
/** Viewers that are remembered; beyond them the database is asked more often. */
const VIEWERS_MAX = 50_000;
/** None revoked: tokens' versions begin at 0. */
const NO_VERSION = -1;

export interface Viewer {
  readonly channelArn: string;
  /** The token's `aws:viewer-id`. */
  readonly viewerId: string;
}

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

function placeOf({ channelArn }: Viewer) {
  const reference = parseResourceArn(channelArn);
  return {
    accountId: reference?.accountId ?? "",
    region: reference?.region ?? "",
    channelId: reference?.id ?? "",
  };
}

/** The highest version that is revoked. */
async function readRevocation(viewer: Viewer, db: Kysely<IvsTables>): Promise<number> {
  const { accountId, region, channelId } = placeOf(viewer);
  const row = await db
    .selectFrom("ivs_viewer_session_revocations")
    .select("version_max")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("channel_id", "=", channelId)
    .where("viewer_id", "=", viewer.viewerId)
    .executeTakeFirst();
  return row?.version_max ?? NO_VERSION;
}

/** Inside a transaction. A revocation isn't taken back by a later one of lower versions. */
export async function writeRevocation(
  viewer: Viewer,
  versionMax: number,
  nowMs: number,
  db: Kysely<IvsTables>,
): Promise<void> {
  const { accountId, region, channelId } = placeOf(viewer);
  const before = await readRevocation(viewer, db);
  const key = {
    account_id: accountId,
    region,
    channel_id: channelId,
    viewer_id: viewer.viewerId,
  };
  const change = { version_max: Math.max(before, versionMax), revoked_at_ms: nowMs };
  if (before === NO_VERSION) {
    await db
      .insertInto("ivs_viewer_session_revocations")
      .values({ ...key, ...change })
      .execute();
    return;
  }
  await db
    .updateTable("ivs_viewer_session_revocations")
    .set(change)
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("channel_id", "=", channelId)
    .where("viewer_id", "=", viewer.viewerId)
    .execute();
}
