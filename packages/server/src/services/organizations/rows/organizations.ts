import type { Kysely } from "kysely";
import type { OrganizationRow, OrganizationsTables } from "../tables.ts";

export type Db = Kysely<OrganizationsTables>;

export function allOrganizations(db: Db): Promise<OrganizationRow[]> {
  return db.selectFrom("organizations_organizations").selectAll().execute();
}

export function findOrganization(id: string, db: Db): Promise<OrganizationRow | undefined> {
  return db
    .selectFrom("organizations_organizations")
    .selectAll()
    .where("organization_id", "=", id)
    .executeTakeFirst();
}

export async function insertOrganization(row: OrganizationRow, db: Db): Promise<void> {
  await db.insertInto("organizations_organizations").values(row).execute();
}

export async function updateOrganization(
  id: string,
  change: Partial<OrganizationRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("organizations_organizations")
    .set(change)
    .where("organization_id", "=", id)
    .execute();
}

const OF_AN_ORGANIZATION = [
  "organizations_organizations",
  "organizations_accounts",
  "organizations_units",
  "organizations_policies",
  "organizations_attachments",
  "organizations_account_requests",
  "organizations_handshakes",
  "organizations_services",
  "organizations_administrators",
] as const satisfies readonly (keyof OrganizationsTables)[];

/** Deletes an organization with everything that belongs to it. */
export async function removeOrganization(id: string, db: Db): Promise<void> {
  for (const table of OF_AN_ORGANIZATION)
    await db.deleteFrom(table).where("organization_id", "=", id).execute();
}
