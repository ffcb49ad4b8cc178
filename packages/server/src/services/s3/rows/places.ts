import type { Kysely } from "kysely";
import type { S3Tables } from "../tables.ts";

/** The one row. */
const NAME = "objects";

/** The place that new bytes are written to, and the store that bytes are in or were in. */
export interface KnownPlace {
  readonly type: "s3" | "folder";
  /** As people read it. */
  readonly store: string;
}

/** Undefined while bytes have never been anywhere else than in the folder. */
export async function selectPlace(db: Kysely<S3Tables>): Promise<KnownPlace | undefined> {
  const row = await db
    .selectFrom("s3_places")
    .select("place")
    .where("name", "=", NAME)
    .executeTakeFirst();
  return row && (JSON.parse(row.place) as KnownPlace);
}

export async function putPlace(place: KnownPlace, db: Kysely<S3Tables>): Promise<void> {
  await deletePlace(db);
  await db
    .insertInto("s3_places")
    .values({ name: NAME, place: JSON.stringify(place) })
    .execute();
}

export async function deletePlace(db: Kysely<S3Tables>): Promise<void> {
  await db.deleteFrom("s3_places").where("name", "=", NAME).execute();
}
