import type { Selectable } from "kysely";
import type { OutboundFederationRow } from "../federation-tables.ts";
import type { Db } from "../tables.ts";

/** An account's switch for web identity tokens, as stored. */
export type OutboundFederation = Selectable<OutboundFederationRow>;

/** The account's switch, whether it is on or off. */
export function findOutboundFederationRow(
  db: Db,
  accountId: string,
): Promise<OutboundFederation | undefined> {
  return db
    .selectFrom("iam_outbound_federation")
    .selectAll()
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** By account, or by the id in the issuer's URL; undefined unless it is on. */
export function findEnabledFederation(
  db: Db,
  by: { readonly accountId: string } | { readonly issuerId: string },
): Promise<OutboundFederation | undefined> {
  const all = db.selectFrom("iam_outbound_federation").selectAll().where("enabled", "=", 1);
  return (
    "accountId" in by
      ? all.where("account_id", "=", by.accountId)
      : all.where("issuer_id", "=", by.issuerId)
  ).executeTakeFirst();
}

export async function insertOutboundFederation(db: Db, row: OutboundFederationRow): Promise<void> {
  await db.insertInto("iam_outbound_federation").values(row).execute();
}

export async function setOutboundFederation(
  db: Db,
  accountId: string,
  enabled: 0 | 1,
): Promise<void> {
  await db
    .updateTable("iam_outbound_federation")
    .set({ enabled })
    .where("account_id", "=", accountId)
    .execute();
}
