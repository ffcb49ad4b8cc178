import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { conflict, quotaExceeded, resourceNotFound } from "../errors.ts";
import { isAfter, type Page, pageOf, positionOf, readPosition } from "../page-token.ts";
import { parseResourceArn, type ResourceType } from "../resource-arn.ts";
import type {
  AdConfigurationRow,
  ChannelRow,
  IvsTables,
  PlaybackKeyPairRow,
  PlaybackRestrictionPolicyRow,
  RecordingConfigurationRow,
  ResourceRow,
  StreamKeyRow,
} from "../tables.ts";
import { ownReference, taggedTable } from "./tags.ts";

/** The row of each type of resource. */
export interface ResourceRows {
  readonly channel: ChannelRow;
  readonly "stream-key": StreamKeyRow;
  readonly "recording-configuration": RecordingConfigurationRow;
  readonly "playback-key": PlaybackKeyPairRow;
  readonly "playback-restriction-policy": PlaybackRestrictionPolicyRow;
  readonly "ad-configuration": AdConfigurationRow;
}

/** Resources that stand for themselves; channels and stream keys have more to ask. */
type PlainType = Exclude<ResourceType, "channel" | "stream-key">;

/** The resource of any type and account that an ARN names in the request's Region. */
export async function findResource(
  arn: string,
  context: RequestContext,
): Promise<ResourceRow | undefined> {
  const reference = parseResourceArn(arn);
  if (reference?.region !== context.region) return undefined;
  return context
    .db<IvsTables>()
    .selectFrom(taggedTable(reference.type))
    .selectAll()
    .where("account_id", "=", reference.accountId)
    .where("region", "=", reference.region)
    .where("id", "=", reference.id)
    .executeTakeFirst();
}

/**
 * The row that `findResource` found by `arn`. Throws ResourceNotFoundException unless it is the
 * caller's and of the type.
 */
export function ownResource<Type extends ResourceType>(
  type: Type,
  arn: string,
  row: ResourceRow | undefined,
  context: RequestContext,
): ResourceRows[Type] {
  ownReference(arn, type, context);
  if (!row) throw resourceNotFound(arn);
  return asRow<Type>(row);
}

/** The caller's own resource in the request's Region. Throws ResourceNotFoundException. */
export async function requireResource<Type extends PlainType>(
  type: Type,
  arn: string,
  context: RequestContext,
  db: Kysely<IvsTables> = context.db<IvsTables>(),
): Promise<ResourceRows[Type]> {
  const { id } = ownReference(arn, type, context);
  const row = await db
    .selectFrom(taggedTable(type))
    .selectAll()
    .where("account_id", "=", context.accountId)
    .where("region", "=", context.region)
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) throw resourceNotFound(arn);
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
): Promise<Page<ResourceRows[Type]>> {
  const limit = input.maxResults ?? maxResultsDefault;
  const scope = [context.operation, context.accountId, context.region];
  const after = readPosition(input.nextToken, scope);
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

/** Changes what is given of it; answers it as it is then. Throws ResourceNotFoundException. */
export function updateResource<Type extends PlainType>(
  type: Type,
  arn: string,
  changed: Partial<ResourceRows[Type]>,
  context: RequestContext,
): Promise<ResourceRows[Type]> {
  return context.transaction<IvsTables, ResourceRows[Type]>(async ({ db }) => {
    const row = await requireResource(type, arn, context, db);
    if (Object.keys(changed).length > 0)
      await db
        .updateTable(taggedTable(type))
        .set(changed as Partial<ResourceRow>)
        .where("account_id", "=", row.account_id)
        .where("region", "=", row.region)
        .where("id", "=", row.id)
        .execute();
    return { ...row, ...changed };
  });
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
  db: Kysely<IvsTables>,
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

/** Deletes it. Throws ResourceNotFoundException. */
export async function deleteResource(
  type: PlainType,
  arn: string,
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
  if (numDeletedRows === 0n) throw resourceNotFound(arn);
}

/** A type's table has the type's rows, which the query builder can't tell from a table's name. */
function asRow<Type extends ResourceType>(row: ResourceRow): ResourceRows[Type] {
  return row as ResourceRows[Type];
}
