import type { AdministratorRow, TrustedServiceRow } from "../tables.ts";
import type { Db } from "./organizations.ts";

export function trustedServicesOf(organizationId: string, db: Db): Promise<TrustedServiceRow[]> {
  return db
    .selectFrom("organizations_services")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .orderBy("service_principal")
    .execute();
}

export function findTrustedService(
  organizationId: string,
  servicePrincipal: string,
  db: Db,
): Promise<TrustedServiceRow | undefined> {
  return db
    .selectFrom("organizations_services")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("service_principal", "=", servicePrincipal)
    .executeTakeFirst();
}

export async function insertTrustedService(row: TrustedServiceRow, db: Db): Promise<void> {
  await db.insertInto("organizations_services").values(row).execute();
}

export async function removeTrustedService(
  organizationId: string,
  servicePrincipal: string,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("organizations_services")
    .where("organization_id", "=", organizationId)
    .where("service_principal", "=", servicePrincipal)
    .execute();
}

export function allAdministrators(db: Db): Promise<AdministratorRow[]> {
  return db.selectFrom("organizations_administrators").selectAll().execute();
}

export function administratorsOf(organizationId: string, db: Db): Promise<AdministratorRow[]> {
  return db
    .selectFrom("organizations_administrators")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .orderBy("account_id")
    .orderBy("service_principal")
    .execute();
}

export async function insertAdministrator(row: AdministratorRow, db: Db): Promise<void> {
  await db.insertInto("organizations_administrators").values(row).execute();
}

export async function removeAdministrator(
  { organization_id, account_id, service_principal }: Omit<AdministratorRow, "enabled_ms">,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("organizations_administrators")
    .where("organization_id", "=", organization_id)
    .where("account_id", "=", account_id)
    .where("service_principal", "=", service_principal)
    .execute();
}
