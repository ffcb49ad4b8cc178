import type { Kysely } from "kysely";
import type { RequestContext } from "../../kernel/request-context.ts";
import { quotaExceeded, resourceNotFound } from "./errors.ts";
import { isAfter, type Page, pageOf, positionOf, readPageToken } from "./page-token.ts";
import type { ResourceType } from "./resource-arn.ts";
import { ownReference, taggedTable } from "./resource-tags.ts";
import type {
  AdConfigurationRow,
  IvsTables,
  PlaybackKeyPairRow,
  PlaybackRestrictionPolicyRow,
  ResourceRow,
} from "./tables.ts";

/** Resources that are only read by ARN and listed; channels and their like have more to ask. */
interface PlainResources {
  readonly "playback-key": PlaybackKeyPairRow;
  readonly "playback-restriction-policy": PlaybackRestrictionPolicyRow;
  readonly "ad-configuration": AdConfigurationRow;
}

type PlainType = keyof PlainResources & ResourceType;

/** The caller's own resource in the request's Region. Throws ResourceNotFoundException. */
export async function requireResource<Type extends PlainType>(
  type: Type,
  arn: string | undefined,
  context: RequestContext,
  db: Kysely<IvsTables> = context.db<IvsTables>(),
): Promise<PlainResources[Type]> {
  const { id } = ownReference(arn, type, context);
  const row = await db
    .selectFrom(taggedTable(type))
    .selectAll()
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) throw resourceNotFound(arn ?? "");
  return asRow<Type>(row);
}

export interface ListInput {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

/** A page of the caller's resources in the request's Region, oldest first. */
export async function listResources<Type extends PlainType>(
  type: Type,
  input: ListInput,
  maxResultsDefault: number,
  context: RequestContext,
): Promise<Page<PlainResources[Type]>> {
  const limit = input.maxResults ?? maxResultsDefault;
  const scope = [context.operation, context.accountId, context.region];
  const after = readPageToken(input.nextToken, scope);
  let query = context
    .db<IvsTables>()
    .selectFrom(taggedTable(type))
    .selectAll()
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .orderBy("created_at_ms")
    .orderBy("id")
    .limit(limit + 1);
  if (after) query = query.where(isAfter(after));
  const rows = await query.execute();
  return pageOf(
    rows.map((row) => asRow<Type>(row)),
    limit,
    scope,
    positionOf,
  );
}

/** Throws ServiceQuotaExceededException when `quota` of the type are there. */
export async function requireRoom(
  type: PlainType,
  quota: number,
  what: string,
  context: RequestContext,
  db: Kysely<IvsTables>,
): Promise<void> {
  const { count } = await db
    .selectFrom(taggedTable(type))
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .executeTakeFirstOrThrow();
  if (Number(count) >= quota) throw quotaExceeded(what, quota);
}

/** Deletes it. Throws ResourceNotFoundException. */
export async function deleteResource(
  type: PlainType,
  arn: string | undefined,
  context: RequestContext,
  db: Kysely<IvsTables>,
): Promise<void> {
  const { id } = ownReference(arn, type, context);
  const { numDeletedRows } = await db
    .deleteFrom(taggedTable(type))
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .where("id", "=", id)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw resourceNotFound(arn ?? "");
}

/** A type's table has the type's rows, which the query builder can't tell from a table's name. */
function asRow<Type extends PlainType>(row: ResourceRow): PlainResources[Type] {
  return row as PlainResources[Type];
}
