import type { Kysely } from "kysely";
import { arns } from "../resource-arn.ts";
import type { ChannelRow, IvsTables } from "../tables.ts";

/** The rules of a broadcast's playback: its channel and policy as they were when it began. */
export interface PlaybackRules {
  /** The channel is private: playback needs a token. */
  readonly authorized: boolean;
  readonly restriction: PlaybackRestriction | undefined;
}

export interface PlaybackRestriction {
  /** Empty: every country. */
  readonly countries: readonly string[];
  /** Empty: every origin. */
  readonly origins: readonly string[];
  /** Every request must show an allowed origin, not only the first. */
  readonly strictOrigin: boolean;
}

export async function readPlaybackRules(
  channel: ChannelRow,
  db: Kysely<IvsTables>,
): Promise<PlaybackRules> {
  const authorized = channel.authorized === 1;
  const reference = arns.parse(channel.playback_restriction_policy_arn);
  if (!reference) return { authorized, restriction: undefined };
  const row = await db
    .selectFrom("ivs_playback_restriction_policies")
    .selectAll()
    .where("account_id", "=", reference.accountId)
    .where("region", "=", reference.region)
    .where("id", "=", reference.id)
    .executeTakeFirst();
  if (!row) return { authorized, restriction: undefined };
  const restriction: PlaybackRestriction = {
    countries: readList(row.allowed_countries),
    origins: readList(row.allowed_origins),
    strictOrigin: row.strict_origin_enforcement === 1,
  };
  return { authorized, restriction };
}

/** A row's list. The text is our own. */
export function readList(text: string): string[] {
  const list: string[] = JSON.parse(text);
  return list;
}
