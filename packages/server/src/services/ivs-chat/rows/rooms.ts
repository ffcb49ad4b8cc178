import type { ResourceLocation } from "../resource-arn.ts";
import type { RoomRow } from "../tables.ts";
import type { Db } from "./resources.ts";

export function findRoom(
  db: Db,
  { accountId, region }: ResourceLocation,
  id: string,
): Promise<RoomRow | undefined> {
  return db
    .selectFrom("ivschat_rooms")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** Whether a room writes its log by the configuration. */
export async function isLogged(
  db: Db,
  { accountId, region }: ResourceLocation,
  configurationId: string,
): Promise<boolean> {
  const one = await db
    .selectFrom("ivschat_rooms")
    .select("id")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where((where) =>
      where.or([
        where("logging_1", "=", configurationId),
        where("logging_2", "=", configurationId),
        where("logging_3", "=", configurationId),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}
