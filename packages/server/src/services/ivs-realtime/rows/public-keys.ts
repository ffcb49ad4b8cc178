import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { PublicKeyRow, RealTimeTables } from "../tables.ts";

export function findKeyByFingerprint(
  db: Kysely<RealTimeTables>,
  at: ResourceLocation,
  fingerprint: string,
): Promise<PublicKeyRow | undefined> {
  return db
    .selectFrom("ivs_stage_public_keys")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("fingerprint", "=", fingerprint)
    .executeTakeFirst();
}

export function findPublicKey(
  db: Kysely<RealTimeTables>,
  at: ResourceLocation,
  id: string,
): Promise<PublicKeyRow | undefined> {
  return db
    .selectFrom("ivs_stage_public_keys")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("id", "=", id)
    .executeTakeFirst();
}
