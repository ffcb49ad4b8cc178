import { sql } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type Page, pageOf } from "../../../kernel/tagged-resources/page-position.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { ListInput } from "../../../kernel/tagged-resources/tagged-rows.ts";
import { arns } from "../resource-arn.ts";
import type { IvsChatTables, RoomRow } from "../tables.ts";
import { type Db, resources } from "./resources.ts";

/** Source: API reference, ListRooms. */
const PAGE_DEFAULT = 50;

interface RoomListInput extends ListInput {
  readonly name?: string | undefined;
  readonly messageReviewHandlerUri?: string | undefined;
  readonly loggingConfigurationIdentifier?: string | undefined;
}

/** A page of the caller's rooms, the last changed first. Throws on a token of another list. */
export async function listRooms(
  { name, messageReviewHandlerUri: uri, ...input }: RoomListInput,
  context: RequestContext,
): Promise<Page<RoomRow>> {
  const { operation, accountId, region } = context;
  const { loggingConfigurationIdentifier: arn, maxResults: limit = PAGE_DEFAULT } = input;
  // A text that is no ARN is in no room's columns.
  const logging = arn && (arns.parse(arn)?.id ?? arn);
  const scope = [operation, accountId, region, JSON.stringify([name, uri, logging])];
  const before = resources.readPosition(input.nextToken, scope);
  let query = context
    .db<IvsChatTables>()
    .selectFrom("ivschat_rooms")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .orderBy("updated_at_ms", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1);
  if (name !== undefined) query = query.where("name", "=", name);
  if (uri !== undefined) query = query.where("handler_uri", "=", uri);
  if (logging !== undefined)
    query = query.where(sql<boolean>`${logging} in (logging_1, logging_2, logging_3)`);
  // The position's time is that of the last change.
  if (before)
    query = query.where(sql<boolean>`(updated_at_ms, id) < (${before.createdAtMs}, ${before.id})`);
  const rows = await query.execute();
  return pageOf(rows, limit, scope, ({ updated_at_ms: createdAtMs, id }) => ({ createdAtMs, id }));
}

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
    .where(sql<boolean>`${configurationId} in (logging_1, logging_2, logging_3)`)
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}
