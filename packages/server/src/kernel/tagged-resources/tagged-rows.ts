import { type Kysely, sql } from "kysely";
import type { AwsError } from "../aws-error.ts";
import type { RequestContext } from "../request-context.ts";
import type { Tables } from "../store.ts";
import { refuseSystemTags } from "../system-tags.ts";
import {
  isAfter,
  type Page,
  type PagePosition,
  pageOf,
  positionIn,
  positionOf,
} from "./page-position.ts";
import type { ResourceArns, ResourceReference } from "./resource-arns.ts";

/** The columns of every resource; `tags` is a JSON object of strings. */
export interface ResourceRow {
  readonly account_id: string;
  readonly region: string;
  readonly id: string;
  readonly tags: string;
  readonly created_at_ms: number;
}

/** The service's own words for refusals. */
export interface ResourceErrors {
  notFound(arn: string): AwsError;
  invalidToken(): AwsError;
  /** For a tag key that begins with `aws:`. */
  reservedTag(key: string): AwsError;
  quotaExceeded(what: string, limit: number): AwsError;
}

export interface ListInput {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

/** A column and the value that it must have. */
export interface ListFilter<Row> {
  readonly column: keyof Row & string;
  readonly value: string;
}

/** All resources of a service are in tables with these columns; the builder needs one to name. */
interface AnyTable {
  readonly resources: ResourceRow;
}
type Db = Kysely<AnyTable>;

/**
 * The rows of a service's resources, one table for each type: what every operation on a resource
 * needs of the database. `Rows` gives each type's row, `T` is the service's tables.
 */
export class TaggedRows<
  T extends Tables,
  Rows extends { readonly [Type in keyof Rows]: ResourceRow },
> {
  readonly #arns: ResourceArns<keyof Rows & string>;
  readonly #tables: Readonly<Record<keyof Rows, keyof T & string>>;
  readonly #errors: ResourceErrors;

  constructor(
    arns: ResourceArns<keyof Rows & string>,
    tables: Readonly<Record<keyof Rows, keyof T & string>>,
    errors: ResourceErrors,
  ) {
    this.#arns = arns;
    this.#tables = tables;
    this.#errors = errors;
  }

  /** The resource of any type and account that an ARN names in the request's Region. */
  async find(arn: string, context: RequestContext): Promise<ResourceRow | undefined> {
    const reference = this.#arns.parse(arn);
    if (reference?.region !== context.region) return undefined;
    return this.#read(reference.type, reference, context.db<T>());
  }

  /** The reference behind an ARN of one type, in the caller's account and the request's Region. */
  ownReference<Type extends keyof Rows & string>(
    arn: string,
    type: Type,
    context: RequestContext,
  ): ResourceReference<keyof Rows & string> {
    const reference = this.#arns.parse(arn);
    if (
      reference?.type !== type ||
      reference.accountId !== context.accountId ||
      reference.region !== context.region
    )
      throw this.#errors.notFound(arn);
    return reference;
  }

  /** The row that `find` found by `arn`. Throws unless it is the caller's and of the type. */
  own<Type extends keyof Rows & string>(
    type: Type,
    arn: string,
    row: ResourceRow | undefined,
    context: RequestContext,
  ): Rows[Type] {
    this.ownReference(arn, type, context);
    if (!row) throw this.#errors.notFound(arn);
    return asRow<Rows, Type>(row);
  }

  /** The caller's own resource in the request's Region. Throws where there is none. */
  async require<Type extends keyof Rows & string>(
    type: Type,
    arn: string,
    context: RequestContext,
    db: Kysely<T> = context.db<T>(),
  ): Promise<Rows[Type]> {
    const row = await this.#read(type, this.ownReference(arn, type, context), db);
    if (!row) throw this.#errors.notFound(arn);
    return asRow<Rows, Type>(row);
  }

  /** Whether an ARN names the caller's own resource of the type in the request's Region. */
  async has(
    type: keyof Rows & string,
    arn: string,
    { accountId, region }: RequestContext,
    db: Kysely<T>,
  ): Promise<boolean> {
    const reference = this.#arns.parse(arn);
    if (reference?.type !== type) return false;
    if (reference.accountId !== accountId || reference.region !== region) return false;
    return (await this.#read(type, reference, db)) !== undefined;
  }

  /**
   * The row that was decided on as it is in this transaction: what has changed since then counts.
   * Throws if it has been deleted since.
   */
  async current<Type extends keyof Rows & string>(
    type: Type,
    decided: ResourceRow,
    db: Kysely<T>,
  ): Promise<Rows[Type]> {
    const at = { accountId: decided.account_id, region: decided.region, id: decided.id };
    const row = await this.#read(type, at, db);
    if (!row) throw this.#missing(type, decided);
    return asRow<Rows, Type>(row);
  }

  async insert<Type extends keyof Rows & string>(
    type: Type,
    row: Rows[Type],
    db: Kysely<T>,
  ): Promise<void> {
    await anyTable(db).insertInto(this.#table(type)).values(row).execute();
  }

  /** Changes what is given of it, and nothing else. */
  async set<Type extends keyof Rows & string>(
    type: Type,
    { account_id: accountId, region, id }: ResourceRow,
    changed: Partial<Rows[Type]>,
    db: Kysely<T>,
  ): Promise<void> {
    if (Object.keys(changed).length === 0) return;
    await anyTable(db)
      .updateTable(this.#table(type))
      .set(changed as Partial<ResourceRow>)
      .where("account_id", "=", accountId)
      .where("region", "=", region)
      .where("id", "=", id)
      .execute();
  }

  /** Changes what is given of it; answers it as it is then. Throws where it is gone. */
  update<Type extends keyof Rows & string>(
    type: Type,
    decided: ResourceRow,
    changed: Partial<Rows[Type]>,
    context: RequestContext,
  ): Promise<Rows[Type]> {
    return context.transaction<T, Rows[Type]>(async ({ db }) => {
      const row = await this.current(type, decided, db);
      await this.set(type, row, changed, db);
      return { ...row, ...changed };
    });
  }

  /** Deletes it. Throws if it has been deleted since the decision. */
  async delete(type: keyof Rows & string, decided: ResourceRow, db: Kysely<T>): Promise<void> {
    const { numDeletedRows } = await anyTable(db)
      .deleteFrom(this.#table(type))
      .where("account_id", "=", decided.account_id)
      .where("region", "=", decided.region)
      .where("id", "=", decided.id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw this.#missing(type, decided);
  }

  async setTags(
    type: keyof Rows & string,
    decided: ResourceRow,
    tags: string,
    db: Kysely<T>,
  ): Promise<void> {
    await this.set(type, decided, { tags } as Partial<Rows[keyof Rows & string]>, db);
  }

  /** Throws where one of the keys is AWS's own. */
  refuseReservedTags(keys: readonly string[]): void {
    refuseSystemTags(keys, this.#errors.reservedTag);
  }

  notFound(arn: string): AwsError {
    return this.#errors.notFound(arn);
  }

  /** A page of the caller's resources in the request's Region, oldest first. */
  async list<Type extends keyof Rows & string>(
    type: Type,
    input: ListInput,
    maxResultsDefault: number,
    context: RequestContext,
    filter?: ListFilter<Rows[Type]>,
  ): Promise<Page<Rows[Type]>> {
    const limit = input.maxResults ?? maxResultsDefault;
    const filtered = filter ? [`${filter.column}=${filter.value}`] : [];
    const scope = [context.operation, context.accountId, context.region, ...filtered];
    const after = this.readPosition(input.nextToken, scope);
    let query = anyTable(context.db<T>())
      .selectFrom(this.#table(type))
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
      rows.map((row) => asRow<Rows, Type>(row)),
      limit,
      scope,
      positionOf,
    );
  }

  /** The position in a caller's token. Throws on a token of another list. */
  readPosition(token: string | undefined, scope: readonly string[]): PagePosition | undefined {
    if (token === undefined || token === "") return undefined;
    const position = positionIn(token, scope);
    if (!position) throw this.#errors.invalidToken();
    return position;
  }

  /** Throws when `quota` of the type are there in the caller's account and Region. */
  async requireRoom(
    type: keyof Rows & string,
    quota: number,
    what: string,
    context: RequestContext,
    db: Kysely<T>,
  ): Promise<void> {
    const { count } = await anyTable(db)
      .selectFrom(this.#table(type))
      .select((select) => select.fn.countAll<number>().as("count"))
      .where("account_id", "=", context.accountId)
      .where("region", "=", context.region)
      .executeTakeFirstOrThrow();
    if (Number(count) >= quota) throw this.#errors.quotaExceeded(what, quota);
  }

  #read(
    type: keyof Rows & string,
    at: { readonly accountId: string; readonly region: string; readonly id: string },
    db: Kysely<T>,
  ): Promise<ResourceRow | undefined> {
    return anyTable(db)
      .selectFrom(this.#table(type))
      .selectAll()
      .where("account_id", "=", at.accountId)
      .where("region", "=", at.region)
      .where("id", "=", at.id)
      .executeTakeFirst();
  }

  #missing(type: keyof Rows & string, row: ResourceRow): AwsError {
    const at = { accountId: row.account_id, region: row.region };
    return this.#errors.notFound(this.#arns.arn(at, type, row.id));
  }

  /** The query builder can't tell which of a service's tables it is. */
  #table(type: keyof Rows): "resources" {
    return this.#tables[type] as "resources";
  }
}

function anyTable<T extends Tables>(db: Kysely<T>): Db {
  return db as unknown as Db;
}

/** A type's table has the type's rows, which the query builder can't tell from a table's name. */
function asRow<Rows, Type extends keyof Rows>(row: ResourceRow): Rows[Type] {
  return row as Rows[Type];
}
