import type { RequestContext } from "../../../kernel/request-context.ts";
import { statement } from "../../../kernel/statements.ts";
import { quotaExceeded, stillReferenced } from "../errors.ts";
import { type Page, type PageInput, readPage } from "../pagination.ts";
import type { Db, IamTables } from "../tables.ts";
import { belowPath, type Named, type NamedTable, readPart } from "./part-of-names.ts";

/** The tables whose rows an account's quotas or its summary count. */
type CountedTable = NamedTable | "iam_mfa_devices" | "iam_oidc_providers" | "iam_saml_providers";

/** Every path begins with it. */
const ROOT_PATH = "/";

/** Reads one page of an account's entities below a path, by name, for a `List…s` operation. */
export function readNamedPage<T extends NamedTable>(
  table: T,
  context: RequestContext,
  input: PageInput & { readonly PathPrefix?: string | undefined },
): Promise<Page<Named<T>>> {
  const fetch = (after: string | undefined, limit: number) =>
    readNames(context.db<IamTables>(), table, context.accountId, input.PathPrefix, after, limit);
  return readPage(input, fetch, (row) => row.name_key);
}

/** Reads an account's first entities whose names come after `after`, in the order of names. */
export function readNames<T extends NamedTable>(
  db: Db,
  table: T,
  accountId: string,
  pathPrefix: string | undefined,
  after: string | undefined,
  limit: number,
): Promise<readonly Named<T>[]> {
  if (pathPrefix !== undefined && pathPrefix !== ROOT_PATH) {
    const part = belowPath(db, table, accountId, pathPrefix);
    return readPart(db, table, accountId, part, after, limit);
  }
  let query = selectOf(db, table, accountId).selectAll();
  if (after !== undefined) query = query.where("name_key", ">", after);
  return query.orderBy("name_key").limit(limit).execute() as Promise<Named<T>[]>;
}

const findings = new Map<NamedTable, ReturnType<typeof findingIn>>();

function findingIn(table: NamedTable) {
  return statement<IamTables, { account_id: string; name_key: string }, Named<NamedTable>>(
    (db, { account_id: accountId, name_key: nameKey }) =>
      selectOf(db, table, accountId).selectAll().where("name_key", "=", nameKey),
  );
}

/** Names are unique, and found, irrespective of case. */
export async function findIgnoringCase<T extends NamedTable>(
  db: Db,
  table: T,
  accountId: string,
  name: string,
): Promise<Named<T> | undefined> {
  const find = kept(findings, table, findingIn);
  const [row] = await find(db, { account_id: accountId, name_key: name.toLowerCase() });
  return row as Named<T> | undefined;
}

const counts = new Map<CountedTable, ReturnType<typeof countOf>>();

function countOf(table: CountedTable) {
  return statement<IamTables, { account_id: string }, { count: number }>(
    (db, { account_id: accountId }) =>
      db
        .selectFrom(table)
        .select((e) => e.fn.countAll<number>().as("count"))
        .where("account_id", "=", accountId),
  );
}

export async function countRows(db: Db, table: CountedTable, accountId: string): Promise<number> {
  const [row] = await kept(counts, table, countOf)(db, { account_id: accountId });
  return Number(row?.count);
}

function kept<Key, Value>(known: Map<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  const found = known.get(key) ?? make(key);
  known.set(key, found);
  return found;
}

/** Must run before one more is inserted; resolves to how many there are. @throws LimitExceeded */
export async function refuseOverQuota(
  db: Db,
  table: CountedTable,
  accountId: string,
  quota: string,
  limit: number,
): Promise<number> {
  const count = await countRows(db, table, accountId);
  if (count >= limit) throw quotaExceeded(quota, limit);
  return count;
}

/** Rows that hang on an entity, the column that names it, and the remedy for AWS's message. */
export type Reference = readonly [table: keyof IamTables, column: string, remedy: string];

/** Refuses to delete an entity while rows hang on it. @throws DeleteConflict */
export async function refuseReferenced(
  db: Db,
  id: string,
  references: readonly Reference[],
): Promise<void> {
  for (const [table, column, remedy] of references) {
    const row = await db
      .selectFrom(table)
      .select((e) => e.lit(1).as("found"))
      .where(db.dynamic.ref(column), "=", id)
      .limit(1)
      .executeTakeFirst();
    if (row) throw stillReferenced(remedy);
  }
}

function selectOf(db: Db, table: NamedTable, accountId: string) {
  return db.selectFrom(table).where("account_id", "=", accountId);
}
