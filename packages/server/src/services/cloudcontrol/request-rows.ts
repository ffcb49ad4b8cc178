import type { Kysely } from "kysely";
import type { Transaction } from "../../kernel/store.ts";
import {
  clientTokenConflict,
  concurrentOperation,
  requestTokenNotFound,
  tooManyRequests,
} from "./errors.ts";
import { type CloudControlTables, PENDING, type RequestRow } from "./tables.ts";

/** Source: Cloud Control user guide, "Listing active resource operation requests". */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** Source: Cloud Control API reference, CreateResource, ClientToken. */
const CLIENT_TOKEN_MS = 36 * 60 * 60 * 1000;
/** An account's requests in a Region that go on. Ours: AWS doesn't document its own limit. */
const PENDING_MAX = 1000;
/** An account's requests in a Region at all; the oldest that have ended go first. */
const REQUESTS_MAX = 10_000;

type Db = Kysely<CloudControlTables>;
type Place = Pick<RequestRow, "account_id" | "region">;

function requestsAt({ account_id, region }: Place, db: Db) {
  return db
    .selectFrom("cloudcontrol_requests")
    .where("account_id", "=", account_id)
    .where("region", "=", region);
}

/** Throws RequestTokenNotFoundException. */
export async function requireRequest(place: Place, token: string, db: Db): Promise<RequestRow> {
  const row = await requestsAt(place, db)
    .selectAll()
    .where("request_token", "=", token)
    .executeTakeFirst();
  if (!row) throw requestTokenNotFound(token);
  return row;
}

/**
 * Inserts a request, unless its client token stands for one already: then that one's token is
 * returned. Throws ClientTokenConflictException and ConcurrentOperationException.
 */
export async function insertRequest(
  row: RequestRow,
  { db }: Transaction<CloudControlTables>,
): Promise<string> {
  const again = await sameRequest(row, db);
  if (again !== undefined) return again;
  await refuseConcurrent(row, db);
  await prune(row, db);
  await db.insertInto("cloudcontrol_requests").values(row).execute();
  return row.request_token;
}

async function sameRequest(row: RequestRow, db: Db): Promise<string | undefined> {
  if (row.client_token === null) return undefined;
  const found = await requestsAt(row, db)
    .select(["request_token", "fingerprint"])
    .where("client_token", "=", row.client_token)
    .where("created_ms", ">", row.created_ms - CLIENT_TOKEN_MS)
    .executeTakeFirst();
  if (found && found.fingerprint !== row.fingerprint)
    throw clientTokenConflict(row.client_token, found.request_token);
  return found?.request_token;
}

async function refuseConcurrent(row: RequestRow, db: Db): Promise<void> {
  const pending = await requestsAt(row, db)
    .select(["type_name", "identifier"])
    .where("status", "in", PENDING)
    .execute();
  if (pending.length >= PENDING_MAX) throw tooManyRequests();
  const isSame = ({ type_name, identifier }: Pick<RequestRow, "type_name" | "identifier">) =>
    identifier !== null && identifier === row.identifier && type_name === row.type_name;
  if (pending.some(isSame)) throw concurrentOperation();
}

async function prune(place: RequestRow, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudcontrol_requests")
    .where("status", "not in", PENDING)
    .where("created_ms", "<", place.created_ms - KEPT_MS)
    .execute();
  const oldest = await requestsAt(place, db)
    .select("created_ms")
    .orderBy("created_ms", "desc")
    .offset(REQUESTS_MAX - 1)
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return;
  await db
    .deleteFrom("cloudcontrol_requests")
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .where("status", "not in", PENDING)
    .where("created_ms", "<=", oldest.created_ms)
    .execute();
}

export async function updateRequest(
  { request_token }: Pick<RequestRow, "request_token">,
  changes: Partial<RequestRow>,
  tx: Transaction,
): Promise<void> {
  await tx
    .tables<CloudControlTables>()
    .db.updateTable("cloudcontrol_requests")
    .set(changes)
    .where("request_token", "=", request_token)
    .execute();
}

/** The end of a page: requests are listed from the newest. */
export interface RequestPlace {
  readonly createdMs: number;
  readonly token: string;
}

export function listRequests(
  place: Place,
  filter: { readonly operations: readonly string[]; readonly statuses: readonly string[] },
  before: RequestPlace | undefined,
  limit: number,
  db: Db,
): Promise<readonly RequestRow[]> {
  let query = requestsAt(place, db).selectAll();
  if (filter.operations.length > 0)
    query = query.where("operation", "in", filter.operations as RequestRow["operation"][]);
  if (filter.statuses.length > 0)
    query = query.where("status", "in", filter.statuses as RequestRow["status"][]);
  if (before)
    query = query.where((where) =>
      where.or([
        where("created_ms", "<", before.createdMs),
        where.and([
          where("created_ms", "=", before.createdMs),
          where("request_token", ">", before.token),
        ]),
      ]),
    );
  return query.orderBy("created_ms", "desc").orderBy("request_token").limit(limit).execute();
}
