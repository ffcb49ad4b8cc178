import { type Kysely, sql } from "kysely";
import { markOf, pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { quotaExceeded, resourceNotFound, validation } from "../errors.ts";
import { arnOfRow, parseResourceArn, type ResourceType } from "../resource-arn.ts";
import type { IvsChatTables, LoggingConfigurationRow, ResourceRow, RoomRow } from "../tables.ts";

export type Db = Kysely<IvsChatTables>;

/** The row of each type of resource. */
export interface ResourceRows {
  readonly room: RoomRow;
  readonly "logging-configuration": LoggingConfigurationRow;
}

type TableOf = "ivschat_rooms" | "ivschat_logging_configurations";

function tableOf(type: ResourceType): TableOf {
  return type === "room" ? "ivschat_rooms" : "ivschat_logging_configurations";
}

/** The resource of any type and account that an ARN names in the request's Region. */
export async function findResource(
  arn: string,
  context: RequestContext,
): Promise<ResourceRow | undefined> {
  const reference = parseResourceArn(arn);
  if (reference?.region !== context.region) return undefined;
  return context
    .db<IvsChatTables>()
    .selectFrom(tableOf(reference.type))
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
  const isOwn = parseResourceArn(arn)?.type === type && row?.account_id === context.accountId;
  if (!row || !isOwn) throw resourceNotFound(arn);
  return asRow<Type>(row);
}

/**
 * The row that was decided on as it is in this transaction: what has changed since then counts.
 * Throws ResourceNotFoundException if it has been deleted since.
 */
export async function currentResource<Type extends ResourceType>(
  type: Type,
  decided: Pick<ResourceRow, "account_id" | "region" | "id">,
  db: Db,
): Promise<ResourceRows[Type]> {
  const row = await db
    .selectFrom(tableOf(type))
    .selectAll()
    .where("account_id", "=", decided.account_id)
    .where("region", "=", decided.region)
    .where("id", "=", decided.id)
    .executeTakeFirst();
  if (!row) throw resourceNotFound(arnOfRow(type, decided));
  return asRow<Type>(row);
}

/** Inserts it. Throws ServiceQuotaExceededException where `quota` of the type are there. */
export async function insertResource<Type extends ResourceType>(
  type: Type,
  row: ResourceRows[Type],
  quota: number,
  db: Db,
): Promise<void> {
  const { count } = await db
    .selectFrom(tableOf(type))
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_id", "=", row.account_id)
    .where("region", "=", row.region)
    .executeTakeFirstOrThrow();
  if (Number(count) >= quota) throw quotaExceeded(`${type.replace("-", " ")}s`, quota);
  await db.insertInto(tableOf(type)).values(row).execute();
}

/** Changes what is given of it; answers it as it is then. Throws ResourceNotFoundException. */
export async function updateResource<Type extends ResourceType>(
  type: Type,
  decided: ResourceRow,
  changed: Partial<ResourceRows[Type]>,
  db: Db,
): Promise<ResourceRows[Type]> {
  const row = await currentResource(type, decided, db);
  await db
    .updateTable(tableOf(type))
    .set(changed as Partial<ResourceRow>)
    .where("account_id", "=", row.account_id)
    .where("region", "=", row.region)
    .where("id", "=", row.id)
    .execute();
  return { ...row, ...changed };
}

/** Deletes it. Throws ResourceNotFoundException if it has been deleted since the decision. */
export async function deleteResource(
  type: ResourceType,
  decided: ResourceRow,
  db: Db,
): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom(tableOf(type))
    .where("account_id", "=", decided.account_id)
    .where("region", "=", decided.region)
    .where("id", "=", decided.id)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw resourceNotFound(arnOfRow(type, decided));
}

export interface ListInput {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

/** Columns that have a value, each in one of the columns given with it. */
export type ListFilters = readonly {
  readonly columns: readonly string[];
  readonly value: string | undefined;
}[];

/** Source: API reference, `maxResults`. */
const PAGE_DEFAULT = 50;

/** A page of the caller's resources in the request's Region, the last changed first. */
export async function listResources<Type extends ResourceType>(
  type: Type,
  { nextToken, maxResults: limit = PAGE_DEFAULT }: ListInput,
  filters: ListFilters,
  context: RequestContext,
): Promise<{ readonly rows: readonly ResourceRows[Type][]; readonly nextToken?: string }> {
  const { operation, accountId, region } = context;
  const mark = markOf([operation, accountId, region, ...filters.map(({ value }) => value)]);
  const place = nextToken ? readPageToken(nextToken, mark, ["number", "string"]) : undefined;
  if (nextToken && !place) throw validation("Invalid nextToken");
  let query = context
    .db<IvsChatTables>()
    .selectFrom(tableOf(type))
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .orderBy("updated_at_ms", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1);
  for (const { columns, value } of filters) {
    if (value === undefined) continue;
    query = query.where((where) =>
      where.or(columns.map((column) => sql<boolean>`${sql.ref(column)} = ${value}`)),
    );
  }
  if (place) query = query.where(sql<boolean>`(updated_at_ms, id) < (${place[0]}, ${place[1]})`);
  const found = await query.execute();
  const rows = found.slice(0, limit).map((row) => asRow<Type>(row));
  const last = rows.at(-1);
  if (found.length <= limit || !last) return { rows };
  return { rows, nextToken: pageToken(mark, [last.updated_at_ms, last.id]) };
}

/** A type's table has the type's rows, which the query builder can't tell from a table's name. */
function asRow<Type extends ResourceType>(row: ResourceRow): ResourceRows[Type] {
  return row as ResourceRows[Type];
}
