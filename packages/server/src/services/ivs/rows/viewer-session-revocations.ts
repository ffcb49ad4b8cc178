import type { Kysely } from "kysely";
import { arns } from "../resource-arn.ts";
import type { IvsTables } from "../tables.ts";

/** None revoked: tokens' versions begin at 0. */
const NO_VERSION = -1;

export interface Viewer {
  readonly channelArn: string;
  /** The token's `aws:viewer-id`. */
  readonly viewerId: string;
}

function placeOf({ channelArn }: Viewer) {
  const reference = arns.parse(channelArn);
  return {
    accountId: reference?.accountId ?? "",
    region: reference?.region ?? "",
    channelId: reference?.id ?? "",
  };
}

/** The highest version that is revoked; -1 without any. */
export async function readRevocation(viewer: Viewer, db: Kysely<IvsTables>): Promise<number> {
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
