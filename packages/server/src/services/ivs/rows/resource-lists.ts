import { type Kysely, sql } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { quotaExceeded } from "../errors.ts";
import type { ResourceType } from "../resource-arn.ts";
import type { IvsTables } from "../tables.ts";
import { isAfter, type Page, pageOf, positionOf, readPosition } from "./page-token.ts";
import { asRow, type ResourceRows } from "./resources.ts";
import { taggedTable } from "./tags.ts";

export interface ListInput {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

/** A column and the value that it must have. */
export interface ListFilter<Type extends ResourceType> {
  readonly column: keyof ResourceRows[Type] & string;
  readonly value: string;
}

/** A page of the caller's resources in the request's Region, oldest first. */
export async function listResources<Type extends ResourceType>(
  type: Type,
  input: ListInput,
  maxResultsDefault: number,
  context: RequestContext,
  filter?: ListFilter<Type>,
): Promise<Page<ResourceRows[Type]>> {
  const limit = input.maxResults ?? maxResultsDefault;
  const filtered = filter ? [`${filter.column}=${filter.value}`] : [];
  const scope = [context.operation, context.accountId, context.region, ...filtered];
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
  if (filter) query = query.where(sql.ref(filter.column), "=", filter.value);
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
  type: ResourceType,
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
