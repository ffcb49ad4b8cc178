import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { resourceNotFound } from "../errors.ts";
import type { ResourceLocation } from "../resource-arn.ts";
import type { ChannelRow, IvsTables } from "../tables.ts";
import { ownReference } from "./tags.ts";

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

/** The caller's own channel in the request's Region. Throws ResourceNotFoundException. */
export async function requireChannel(
  arn: string,
  context: RequestContext,
  db: Db = context.db<IvsTables>(),
): Promise<ChannelRow> {
  const { id } = ownReference(arn, "channel", context);
  const row = await selectChannel(db, context, id);
  if (!row) throw resourceNotFound(arn);
  return row;
}
