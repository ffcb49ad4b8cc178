import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { IvsTables } from "../tables.ts";

/** The public keys of an account in a Region, as PEM. */
export async function listPublicKeys(
  db: Kysely<IvsTables>,
  at: ResourceLocation,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("ivs_playback_key_pairs")
    .select("public_key")
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .execute();
  return rows.map((row) => row.public_key);
}
