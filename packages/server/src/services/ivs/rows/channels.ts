import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import { conflict } from "../errors.ts";
import type { ChannelRow, IvsTables } from "../tables.ts";

type Db = Kysely<IvsTables>;

export function selectChannel(
  db: Db,
  at: ResourceLocation,
  id: string,
): Promise<ChannelRow | undefined> {
  return db
    .selectFrom("ivs_channels")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** Throws ConflictException while a channel of the account names the ARN in `column`. */
export async function refuseWhileAttached(
  what: string,
  column:
    | "recording_configuration_arn"
    | "playback_restriction_policy_arn"
    | "ad_configuration_arn",
  arn: string,
  context: RequestContext,
  db: Db,
): Promise<void> {
  const channel = await db
    .selectFrom("ivs_channels")
    .select("id")
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .where(column, "=", arn)
    .limit(1)
    .executeTakeFirst();
  if (channel) throw conflict(`${what} ${arn} is attached to a channel`);
}
