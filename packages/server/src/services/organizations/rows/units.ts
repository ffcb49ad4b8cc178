import type { UnitRow } from "../tables.ts";
import type { Db } from "./organizations.ts";

const units = (db: Db) => db.selectFrom("organizations_units").selectAll();

export function allUnits(db: Db): Promise<UnitRow[]> {
  return units(db).execute();
}

export function unitsOf(organizationId: string, db: Db): Promise<UnitRow[]> {
  return units(db).where("organization_id", "=", organizationId).orderBy("unit_id").execute();
}

export function findUnit(
  organizationId: string,
  unitId: string,
  db: Db,
): Promise<UnitRow | undefined> {
  return units(db)
    .where("organization_id", "=", organizationId)
    .where("unit_id", "=", unitId)
    .executeTakeFirst();
}

export async function insertUnit(row: UnitRow, db: Db): Promise<void> {
  await db.insertInto("organizations_units").values(row).execute();
}

export async function updateUnit(unitId: string, change: Partial<UnitRow>, db: Db): Promise<void> {
  await db.updateTable("organizations_units").set(change).where("unit_id", "=", unitId).execute();
}

export async function removeUnit(unitId: string, db: Db): Promise<void> {
  await db.deleteFrom("organizations_units").where("unit_id", "=", unitId).execute();
}
