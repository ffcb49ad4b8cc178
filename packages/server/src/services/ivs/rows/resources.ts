import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { resourceNotFound } from "../errors.ts";
import { parseResourceArn, type ResourceType, resourceArn } from "../resource-arn.ts";
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
export async function requireResource<Type extends ResourceType>(
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

/**
 * The row that was decided on as it is in this transaction: what has changed since then counts.
 * Throws ResourceNotFoundException if it has been deleted since.
 */
export async function currentResource<Type extends ResourceType>(
  type: Type,
  decided: ResourceRow,
  db: Kysely<IvsTables>,
): Promise<ResourceRows[Type]> {
  const row = await db
    .selectFrom(taggedTable(type))
    .selectAll()
    .where("account_id", "=", decided.account_id)
    .where("region", "=", decided.region)
    .where("id", "=", decided.id)
    .executeTakeFirst();
  if (!row) throw resourceNotFound(arnOf(type, decided));
  return asRow<Type>(row);
}

export async function insertResource<Type extends ResourceType>(
  type: Type,
  row: ResourceRows[Type],
  db: Kysely<IvsTables>,
): Promise<void> {
  await db.insertInto(taggedTable(type)).values(row).execute();
}

/** Changes what is given of it, and nothing else. */
export async function setResource<Type extends ResourceType>(
  type: Type,
  { account_id: accountId, region, id }: ResourceRow,
  changed: Partial<ResourceRows[Type]>,
  db: Kysely<IvsTables>,
): Promise<void> {
  if (Object.keys(changed).length === 0) return;
  await db
    .updateTable(taggedTable(type))
    .set(changed as Partial<ResourceRow>)
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("id", "=", id)
    .execute();
}

/** Changes what is given of it; answers it as it is then. Throws ResourceNotFoundException. */
export function updateResource<Type extends ResourceType>(
  type: Type,
  decided: ResourceRow,
  changed: Partial<ResourceRows[Type]>,
  context: RequestContext,
): Promise<ResourceRows[Type]> {
  return context.transaction<IvsTables, ResourceRows[Type]>(async ({ db }) => {
    const row = await currentResource(type, decided, db);
    await setResource(type, row, changed, db);
    return { ...row, ...changed };
  });
}

/** Deletes it. Throws ResourceNotFoundException if it has been deleted since the decision. */
export async function deleteResource(
  type: ResourceType,
  decided: ResourceRow,
  db: Kysely<IvsTables>,
): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom(taggedTable(type))
    .where("account_id", "=", decided.account_id)
    .where("region", "=", decided.region)
    .where("id", "=", decided.id)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw resourceNotFound(arnOf(type, decided));
}

function arnOf(type: ResourceType, row: ResourceRow): string {
  return resourceArn({ accountId: row.account_id, region: row.region }, type, row.id);
}

/** A type's table has the type's rows, which the query builder can't tell from a table's name. */
export function asRow<Type extends ResourceType>(row: ResourceRow): ResourceRows[Type] {
  return row as ResourceRows[Type];
}
