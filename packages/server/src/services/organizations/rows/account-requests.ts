import type { AccountRequestRow } from "../tables.ts";
import type { Db } from "./organizations.ts";

const requests = (db: Db) => db.selectFrom("organizations_account_requests").selectAll();

export function findRequest(
  organizationId: string,
  requestId: string,
  db: Db,
): Promise<AccountRequestRow | undefined> {
  return requests(db)
    .where("organization_id", "=", organizationId)
    .where("request_id", "=", requestId)
    .executeTakeFirst();
}

export function listRequests(
  organizationId: string,
  states: readonly AccountRequestRow["state"][],
  after: string,
  limit: number,
  db: Db,
): Promise<AccountRequestRow[]> {
  return requests(db)
    .where("organization_id", "=", organizationId)
    .where("state", "in", states)
    .where("request_id", ">", after)
    .orderBy("request_id")
    .limit(limit)
    .execute();
}

export async function insertRequest(row: AccountRequestRow, db: Db): Promise<void> {
  await db.insertInto("organizations_account_requests").values(row).execute();
}
