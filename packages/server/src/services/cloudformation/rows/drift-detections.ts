import type { Kysely } from "kysely";
import type { CloudFormationTables, DriftDetectionRow } from "../tables.ts";

type Db = Kysely<CloudFormationTables>;

export function findDetection(id: string, db: Db): Promise<DriftDetectionRow | undefined> {
  return db
    .selectFrom("cloudformation_drift_detections")
    .selectAll()
    .where("detection_id", "=", id)
    .executeTakeFirst();
}

/** Keeps a stack's last detection. */
export async function insertDetection(row: DriftDetectionRow, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudformation_drift_detections")
    .where("stack_id", "=", row.stack_id)
    .execute();
  await db.insertInto("cloudformation_drift_detections").values(row).execute();
}
